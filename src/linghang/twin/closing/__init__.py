"""Closing the loop on the virtual plant: engines propose, the guard decides, the physics answers."""
