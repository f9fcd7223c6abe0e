"""Limits: what a number may be, for whom, since when and by which source; data, not code."""
