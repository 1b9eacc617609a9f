"""Pages of panels, of their sittings, and of what was asked for one family."""
