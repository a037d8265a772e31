"""What an operator does: databases, people, sweeping. Each script in `bin/` is a thin way into this package."""
