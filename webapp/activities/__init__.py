"""Activities: writing, replying, burning, and one of them on a page."""
