"""inventory: what exists, what should exist. Imports none of the other four packages."""
