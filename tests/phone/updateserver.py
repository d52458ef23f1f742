"""An HTTPS server of a folder with new software, for the tests of updates."""

import hashlib
import http.server
import threading

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.phone.webserver import HOST
from tools import sign


class Files(http.server.ThreadingHTTPServer):
    """Serves `folder` by `context`; `asked` are the paths, `connections` counts. See `face`."""

    def __init__(self, folder, context):
        self.asked, self.connections = [], 0
        self.face = None  # face(handler) -> True where it has answered itself

        class Handler(http.server.SimpleHTTPRequestHandler):
            """Keeps connections open, as servers do."""

            protocol_version = "HTTP/1.1"

            def __init__(self, *words):
                super().__init__(*words, directory=str(folder))

            def setup(handler):
                super().setup()
                self.connections += 1

            def do_GET(handler):
                self.asked.append(handler.path.rpartition("/app/")[2])
                if not (self.face and self.face(handler)):
                    super().do_GET()

            def log_message(self, *_):
                pass

        super().__init__((HOST, 0), Handler)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://{HOST}:{self.server_port}/app"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Be silent: phones that do not trust us go away."""

    def close(self):
        """Stop."""
        self.shutdown()
        self.server_close()


KEY = Ed25519PrivateKey.generate()  # the owner's


def software(app, files, key=KEY):
    """Write `files` {name: text} with their signed list into the folder `app`."""
    for name, text in files.items():
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_list(app, files, key=key)


def write_list(app, names, *more, key=KEY):
    """Write files.sha256 for `names`, and lines that are wrong; sign it."""
    lines = [f"{hashlib.sha256((app / x).read_bytes()).hexdigest()}  {x}\n" for x in names]
    (app / "files.sha256").write_text("".join([*lines, *more]))
    sign.sign(key, app)
