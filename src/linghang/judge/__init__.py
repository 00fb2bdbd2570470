"""What it amounts to: a case or a whole table against a pack, at three floors of proof."""
