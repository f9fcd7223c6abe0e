"""Which checks and subjects the inventory asks for: one room per kind of thing."""
