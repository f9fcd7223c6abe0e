"""What devices log: taken in, stored for some time, searched, and read for reasons to look."""
