"""Small physical models of process units."""
