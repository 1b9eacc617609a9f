"""Pages of joining, covering, handing on, and of volunteers."""
