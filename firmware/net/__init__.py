"""Room net."""
