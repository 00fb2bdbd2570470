"""Quality control 质量管控: inspection and traceability."""
