"""Telemetry: an append-only store of points in segments."""
