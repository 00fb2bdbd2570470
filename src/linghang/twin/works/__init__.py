"""The reference plant: an aluminium-wheel works."""
