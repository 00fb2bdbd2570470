"""What is asked: packs of conditions, overlays, the rule language and the checks of packs."""
