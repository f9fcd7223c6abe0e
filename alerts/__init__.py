"""alerts: who must know, why, how. Imports none of the other four packages."""
