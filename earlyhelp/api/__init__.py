"""The API for partners' own systems: keys, the shape of errors, strict input, its description.

The platform's half. What the API says about families is written in each application's `api`, and is read through the
same querysets, rules and actions as the pages (docs/api.md).
"""
