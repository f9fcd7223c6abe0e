"""Documents that leave the house, made of what the inventory and the audit know: reports, registers, labels."""
