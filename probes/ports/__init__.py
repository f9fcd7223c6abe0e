"""The ports of a device: found by walking, polled by their known instances, remembered between looks."""
