"""One cause, one incident: what broke, whom it hits, since when, why we think so, and when it was over."""
