"""Conversations over TCP and TLS. `contract.py` is the seam, `engine.py` the engine behind it."""
