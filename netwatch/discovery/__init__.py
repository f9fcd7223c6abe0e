"""What answers in a network, compared with the inventory: a proposal of rows, never a change."""
