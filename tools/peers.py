"""Install from Debian's packages: SIPp, Kamailio, baresip, Chromium, and a C compiler.

Needs root. Without these packages the tests in tests/peers say what they miss.
"""

import os
import subprocess
import sys

PACKAGES = (
    "sip-tester kamailio kamailio-tls-modules kamailio-extra-modules kamailio-presence-modules "
    "baresip-core sipsak tshark socat sox openssl iproute2 nftables chromium chromium-driver "
    "gcc libc6-dev make dpkg-dev"  # for the VM with the software frozen in
).split()


def main():
    """Install the packages; return apt-get's exit status."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    for step in (["apt-get", "update"], command):
        status = subprocess.run(step, env=environment, check=False).returncode
        if status:
            print("peers: apt-get failed; it needs root and Debian's packages", file=sys.stderr)
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
