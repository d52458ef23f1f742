"""Room offhook.settings.settings."""
