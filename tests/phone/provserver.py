"""A provisioning server: files by path on `webserver.WebServer`, with faces for single paths."""

from tests.phone.webserver import WebServer

MAC = "02005E000001"  # of every simulated phone


def answer(connection, body, status="200 OK", more=""):
    """Send an answer with a body."""
    body = body if isinstance(body, bytes) else body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    connection.sendall(head.encode() + body)


def settings(body, keys=""):
    """Return a file of settings in Snom's XML."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<settings>\n'
        f"<phone-settings>{body}</phone-settings>\n<functionKeys>{keys}</functionKeys>\n"
        "</settings>\n"
    )


def listing(*urls):
    """Return a list of files."""
    files = "".join(f'<file url="{url}"/>' for url in urls)
    return f"<!-- list --><?xml version='1.0'?><setting-files>{files}</setting-files>"


class ProvServer(WebServer):
    """Serves `files`, {path without query: body}; `faces` is {path: function(head, connection)}.

    With `login`, (user, password), it asks for credentials by Digest.
    """

    def __init__(self, files=None, tls=None, login=None):
        self.files = dict(files or {})
        self.faces = {}
        self.login = login
        super().__init__(self._file, tls=tls)

    def _file(self, head, connection):
        path = head.split(" ")[1].partition("?")[0]
        if path in self.faces:
            self.faces[path](head, connection)
        elif path in self.files:
            answer(connection, self.files[path])
        else:
            answer(connection, "<html>not there</html>", "404 Not Found")
