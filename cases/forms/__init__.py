"""Shape and wording of what people type into a family's record."""
