"""What a device is and how it fares, read by profiles that are data."""
