"""The bus: how observations and commands travel between collector and consumers."""
