"""ICMP echo: an engine of our own. `contract.py` is the seam, `engine.py` the engine behind it."""
