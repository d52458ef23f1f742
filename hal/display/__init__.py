"""Room hal.display."""
