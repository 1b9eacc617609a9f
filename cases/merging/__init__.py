"""Records of the same people: link them first; merge them later, by two people, with a preview; undo it completely."""
