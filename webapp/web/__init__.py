"""What every page and answer shares. Alone, with the routes, knows the request."""
