"""What conferencing endpoints say of themselves in their own languages, read from bytes. Pure."""
