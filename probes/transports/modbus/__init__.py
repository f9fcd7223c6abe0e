"""Modbus TCP: `contract.py` is the seam, `engine.py` the engine behind it, `layout.py` says what registers mean."""
