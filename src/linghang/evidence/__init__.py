"""What it proves: observations, the ledger that keeps them, and the findings that follow from them."""
