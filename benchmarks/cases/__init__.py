"""One benchmark per file, or a few that share their work; listed in `benchmarks.registry`."""
