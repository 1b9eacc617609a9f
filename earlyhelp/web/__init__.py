"""Shared page helpers: components, forms in the design system, pagination, charts and PDF. No family's data lives here."""
