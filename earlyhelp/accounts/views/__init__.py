"""Pages about accounts: signing in (sign_in), one's own account (own), other people's (people)."""
