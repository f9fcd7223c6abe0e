"""HTTP/1.1 over our own streams. `contract.py` is the seam, `engine.py` the engine behind it."""
