"""A province in a box: synthetic inventory, agents that answer for it, and a story, with a real daemon watching."""
