"""What each agency should have, what is declared, and what is proved: norms, evidence, cells and figures. Pure."""
