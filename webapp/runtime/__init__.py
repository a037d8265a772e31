"""What starts Mayfly and keeps it up."""
