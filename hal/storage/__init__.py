"""Room hal.storage.storage."""
