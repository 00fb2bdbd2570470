"""What makes the factory smart: capabilities that run on its own data, one module each, found by entry point.

An engine is a module with a `CARD`, a frozen dataclass `Settings` and a pure function `run(inputs, settings)`; a
streaming one also has `stream(inputs, settings)`. It does no I/O, asks no clock and keeps no state between runs. What
it proves goes out as `Observed`: how many of the things that an element is about it really covered.
"""
