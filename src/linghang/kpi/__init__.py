"""What the factory achieves: the 20 indicators of the annex, computed from a plant's records."""
