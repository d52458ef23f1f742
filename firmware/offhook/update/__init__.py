"""Room offhook.update.update."""
