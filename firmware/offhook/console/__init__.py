"""Room offhook.console.console."""
