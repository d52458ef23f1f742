"""Room hal.keys."""
