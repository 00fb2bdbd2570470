"""The guard: the only way by which a value leaves for equipment."""
