"""Sparkplug B 3.0: payloads, topics and the rules of a session."""
