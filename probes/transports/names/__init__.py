"""Names and what name servers answer. `contract.py` is the seam, `engine.py` the engine behind it."""
