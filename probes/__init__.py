"""probes: how to look at a thing. Imports none of the other four packages."""
