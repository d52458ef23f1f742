"""Room offhook.panel.panel."""
