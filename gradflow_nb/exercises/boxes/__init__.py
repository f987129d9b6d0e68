"""Places to write an answer in: each reads what was typed, says how it was read, marks and explains it."""
