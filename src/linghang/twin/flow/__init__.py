"""The flow of lots through a plant as a discrete-event simulation."""
