"""How long something was up, down, unknown or not to be counted: arithmetic on stored verdict rows. Pure."""
