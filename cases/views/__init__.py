"""HTTP only: fetch through get_case_for, hand a form to an action, show a page."""
