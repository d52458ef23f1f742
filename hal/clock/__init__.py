"""Room hal.clock.clock."""
