"""What records of each kind hold; `inventory.snapshot` gathers them, and is what everyone imports."""
