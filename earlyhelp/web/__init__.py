"""Shared page helpers: components, forms in the design system, pages of lists, charts, PDF. No family's data."""
