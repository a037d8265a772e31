"""What speaks to AWS for an operator."""
