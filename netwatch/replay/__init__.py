"""Rules on trial: what incidents and messages other rules would have made of what is stored. Nothing is written."""
