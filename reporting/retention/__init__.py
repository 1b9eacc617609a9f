"""Retention: when a record is due, what holds it, and its disposal by two people with a tombstone left behind."""
