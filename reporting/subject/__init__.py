"""Subject access: the log of requests and its clock, what is held about one person, and what is withheld and why."""
