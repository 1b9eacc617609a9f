"""Finding a time for a meeting, telling people by e-mail and calendar file, reminding them, and meetings that recur."""
