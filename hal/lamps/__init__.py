"""Room hal.lamps.lamps."""
