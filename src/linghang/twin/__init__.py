"""The virtual plant: discrete-event flow, process models, and the reference plant."""
