"""Measurements of netwatch beside its peers, all on loopback: `make bench`, explained in docs/performance.md."""
