"""A county's existing register of early help assessments comes in from a spreadsheet.

Pure parts (no database): `reading` the file, `mapping` its headings, `dates`, `codes` and `identifiers` for its
values, `checking` each row, `pairing` likely duplicates, `findings` for what the coordinator takes away.
`loading` is the only part that writes.
"""
