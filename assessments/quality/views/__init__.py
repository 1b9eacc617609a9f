"""Pages of countersigning, dip samples, checks and feedback."""
