"""One probe kind per file; a file here with a `PROBE` is registered by being here."""
