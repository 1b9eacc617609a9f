"""Pages for whoever writes the county's forms."""
