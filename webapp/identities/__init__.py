"""Another provider says who somebody is. Loaded only with AUTH."""
