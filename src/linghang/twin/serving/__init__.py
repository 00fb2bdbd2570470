"""The virtual plant as servers that speak a plant's protocols."""
