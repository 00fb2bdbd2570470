"""Energy and carbon management 能碳管理: meters, baselines, peaks."""
