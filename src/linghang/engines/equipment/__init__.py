"""Equipment management 设备管理: monitoring and early warning."""
