"""An operator's acts: databases, people, sweeping. The scripts in `bin/` call this package."""
