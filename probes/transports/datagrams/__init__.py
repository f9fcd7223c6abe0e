"""Requests and answers by UDP to one target at a time. `contract.py` is the seam, `engine.py` the engine behind it."""
