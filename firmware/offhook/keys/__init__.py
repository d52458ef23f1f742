"""Room offhook.keys.keys."""
