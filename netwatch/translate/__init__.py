"""One module per destination: short pure functions that carry values between the packages."""
