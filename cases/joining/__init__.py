"""Coming to a team and going from it: asking to join, cover for a lead, handing on, volunteers' own page."""
