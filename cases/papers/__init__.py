"""Files kept with records after they were taken: scanned, drawn as pictures, kept in versions, tidied up."""
