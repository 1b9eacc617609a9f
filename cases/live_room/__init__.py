"""The meeting as several people have it open at once: who is here, and that a part of the page has changed.

Nothing of a family travels through the connection but what is being typed (cases/minutes). Everything else is a signal,
and the page fetches that part of itself again as its own reader.
"""
