"""Action URLs: templates, the bounded queue, and the GET that carries an event to a web server.

Needs the HTTP client, timers, settings and a lookup of `$variables`, all handed in. Used by
offhook; knows neither calls nor keys.
"""
