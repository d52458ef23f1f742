"""Room offhook.desk.desk."""
