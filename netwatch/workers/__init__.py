"""Worker processes: each makes the looks of some routing domains and hands what it saw to the daemon."""
