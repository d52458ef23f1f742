"""Sign a built software for updates: ``python -m tools.sign --key FILE build/BOARD/root/app``.

FILE is the owner's private key (Ed25519), made at the first time, for nobody else to read. What is
printed is its public half: each phone takes it as its setting ``update_key``. Ed25519 instead of a
shared key (HMAC): whoever reads a phone's flash can sign nothing.
"""

import argparse
import hashlib
import os
import pathlib
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LIST, _SIGNATURE = "files.sha256", "files.sig"
_SIGNED = b"Offhook software "  # as offhook.update.listing has it


def load(path):
    """Return the private key in the file `path`, made where there is none."""
    path = pathlib.Path(path)
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        text = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is no Ed25519 key")
    return key


def public(key):
    """Return the public half as the setting ``update_key`` takes it: 64 hex digits."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return raw.hex()


def sign(key, app):
    """Sign the list in the folder `app`."""
    app = pathlib.Path(app)
    digest = hashlib.sha256((app / _LIST).read_bytes()).hexdigest()
    (app / _SIGNATURE).write_text(key.sign(_SIGNED + digest.encode()).hex() + "\n")


def main(words=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--key", required=True, help="file of the private key")
    parser.add_argument("app", help="folder with files.sha256, such as build/devkit/root/app")
    words = parser.parse_args(words)
    try:
        key = load(words.key)
        sign(key, words.app)
    except (OSError, ValueError) as error:
        raise SystemExit(f"sign: {error}") from None
    print(f"signed; phones take it with: set update_key {public(key)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
