"""Linghang 领航: which level of 智能工厂梯度培育 a factory has really reached, proved from its own data."""

__version__ = "0.1.0"
