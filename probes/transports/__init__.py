"""How packets leave and answers come back: one folder per protocol, each with a fake in `fakes.py`."""
