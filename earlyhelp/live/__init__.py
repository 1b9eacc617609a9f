"""Live connections: what several people have open at once, and its end within a second when somebody's sight ends.

A connection is a web socket that a page opens beside itself. It asks at every message and at every revocation what a
page asks at every request: the session, the second factor, the agency, the declared permission, and the rule in the
database. Nothing of the answer is kept.
"""
