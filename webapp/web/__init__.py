"""What every page and response shares. Only this package and the routes touch the request."""
