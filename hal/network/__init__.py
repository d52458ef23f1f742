"""Room hal.network."""
