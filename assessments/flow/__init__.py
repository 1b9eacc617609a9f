"""Any order, any time: drafts that age, are handed on and put right later, and quick notes that become something."""
