"""What providers owe for their lines: terms of contracts, whose each outage was, and what may be claimed. Pure."""
