"""Reviewing somebody's draft: numbered checks (R101 …) on its claims, and a copy with the remarks at their places."""
