"""The only writers. Every action checks its rule, writes, and records the event, in one transaction."""

from cases.actions.open import AddressDetails, Agreed, PersonDetails, Tier4, add_person, open_case, opening

__all__ = ["AddressDetails", "Agreed", "PersonDetails", "Tier4", "add_person", "open_case", "opening"]
