"""Production operation 生产作业: process analysis and advanced process control."""
