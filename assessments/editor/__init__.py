"""Writing the county's forms in the browser: a draft of a version, compared, tried out, and published.

`tree` changes a definition without the database, `problems` says what is still wrong with it, `comparison` what
differs between two; `actions` are the only writers. Decision 0023.
"""
