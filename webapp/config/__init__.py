"""Settings from the environment: typed, and refused when half-set."""
