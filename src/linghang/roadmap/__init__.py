"""What to do next: from the gap to the plan that costs least."""
