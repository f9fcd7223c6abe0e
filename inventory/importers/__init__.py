"""What other systems know, as rows of the inventory."""
