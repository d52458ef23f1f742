"""Room hal.audio."""
