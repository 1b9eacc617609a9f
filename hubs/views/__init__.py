"""HTTP only: choosing an agency, the directory, the agreement, memberships."""
