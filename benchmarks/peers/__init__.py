"""Others who do the same work, each driven as it does best."""
