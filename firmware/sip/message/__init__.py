"""Messages: parsed in one pass, read on demand, validated; what headers are made of."""
