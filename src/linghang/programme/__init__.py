"""Many factories: registries, and what a changed condition would do to everybody."""
