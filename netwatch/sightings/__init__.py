"""What looks have shown of the items of the inventory, kept as evidence: since when, until when, which value."""
