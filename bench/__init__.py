"""Measurements: what they are and how to read them is in README.md beside this file."""
