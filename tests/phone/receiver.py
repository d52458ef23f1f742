"""A web server that Action URLs are sent to, and the names of their settings."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

NEWER = "hold unhold transfer blind_transfer attended_transfer received_attended_transfer".split()


def setting_of(event):
    """Return the name of an event's setting."""
    return f"action_{event}" if event in NEWER else f"action_{event}_url"


class Receiver:
    """A web server that keeps each request as (phone, event, query), in order of arrival."""

    def __init__(self):
        self.seen = []
        self.changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                url = urlsplit(self.path)
                phone, event = url.path.strip("/").split("/")
                query = dict(parse_qsl(url.query, keep_blank_values=True))
                with outer.changed:
                    outer.seen.append((phone, event, query))
                    outer.changed.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.2", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def of(self, phone):
        """Return the events of one phone, in order."""
        return [event for who, event, _ in self.seen if who == phone]

    def query(self, phone, event):
        """Return the query of the last such event."""
        return [q for who, e, q in self.seen if (who, e) == (phone, event)][-1]

    def expect(self, phone, *events):
        """Wait until as many events of `phone` have come, then compare them whole."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.of(phone)) >= len(events), 10)
        assert self.of(phone) == list(events)
