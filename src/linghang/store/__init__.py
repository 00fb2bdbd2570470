"""Where it is kept: the workspace of one factory, its records, documents and telemetry."""
