"""Consistency: numbered checks over records, indicators, evidence, statements, the application and a draft."""
