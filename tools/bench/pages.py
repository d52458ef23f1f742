"""INVITE to 180 and the pace of voice while browsers poll the pages, and without, in one run.

Ten clients poll as the pages do that have no stream (``/api/changes``, now and then a page's
files); each logs in by Digest. The rounds take turns. Good is a ratio of the medians near 1: a
client costs a call at most the time of one answer, and voice next to nothing.
"""

import base64
import contextlib
import http
import http.client
import itertools
import json
import pathlib
import secrets
import socket
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from tests.phone.sippeer import Peer
from tools.bench.calls import Caller
from tools.control import Phone, free_ports

CLIENTS = 10
PAUSE = 1.5  # s between two questions, as the pages have it
TRIES, AGAIN = 5, 0.7  # for a request that finds no place, and s between two
RATE, COUNT, ROUNDS = 10, 30, 4
RATIO = 2.0  # of the medians, at most
PACKETS = 300  # of voice, in each round
LATER = 10  # ms, at most
_PASSWORD = base64.b64encode(secrets.token_bytes(9)).decode()
_SDP = (
    "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0\r\na=sendrecv\r\n"
)
_FILES = ("", "style.css", "pages.js", "app.js", "text.js")


class Client(threading.Thread):
    """Polls until it is stopped; `answers` counts what came, `later` how often it had to wait."""

    def __init__(self, url, pause=PAUSE):
        super().__init__(daemon=True)
        self._url, self._pause = url, pause
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, "admin", _PASSWORD)
        digest = urllib.request.HTTPDigestAuthHandler(passwords)
        self._opener = urllib.request.build_opener(digest)
        self.answers = self.failures = self.later = 0
        self.over = threading.Event()

    def run(self):
        """Ask again and again."""
        turn = 0
        while not self.over.wait(self._pause):
            turn += 1
            try:
                self._one("api/changes?0")
                if turn % 10 == 1:
                    for name in _FILES:
                        self._one(name)
            except (OSError, http.client.HTTPException):
                self.failures += 1

    def _one(self, path):
        """Ask once; who is told to come back does so, as the pages do."""
        for left in reversed(range(TRIES)):
            try:
                with self._opener.open(self._url + path, timeout=20) as answer:
                    answer.read()
                self.answers += 1
                return
            except urllib.error.HTTPError as error:
                if error.code != http.HTTPStatus.SERVICE_UNAVAILABLE or not left:
                    raise
                self.later += 1
                self.over.wait(AGAIN)


@contextlib.contextmanager
def browsers(port):
    """Let clients poll the pages at `port`; yield them once all have begun."""
    clients = [Client(f"http://127.0.0.1:{port}/") for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(PAUSE)
    try:
        yield clients
    finally:
        for client in clients:
            client.over.set()
        for client in clients:
            client.join()


def voice(phone, port):
    """Print the gaps between the packets of a call, alone and with browsers; are they good?"""
    peer, sink = Peer(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind((peer.ip, 0))
    sink.settimeout(5)
    peer.phone = phone.address
    call = peer.invite("100", body=_SDP.format(ip=peer.ip, port=sink.getsockname()[1]))
    phone.wait(lambda calls: any(x["state"] == "ringing" for x in calls))
    phone.ask("hook off")
    print("gaps between packets of voice, ms, 20 wanted: median, 95th percentile, longest")
    good = []
    try:
        _gaps(sink, 50)
        for turn in range(2):
            alone = _gaps(sink, PACKETS)
            with browsers(port):
                busy = _gaps(sink, PACKETS)
            print(("%-8d" + "%7.1f" * 6) % (turn + 1, *_told(alone), *_told(busy)))
            good.append(_told(busy)[1] - _told(alone)[1])
    finally:
        peer.bye(call)
        peer.close()
        sink.close()
    print("95th percentile %.1f ms later with browsers, good is %d at most" % (min(good), LATER))
    return min(good) <= LATER


def _gaps(sink, count):
    """Return the ms between `count` packets that come now; what had waited is thrown away."""
    sink.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            sink.recv(2048)
    sink.settimeout(5)
    times = []
    for _ in range(count):
        sink.recv(2048)
        times.append(time.perf_counter())
    return [1000 * (b - a) for a, b in itertools.pairwise(times)]


def _told(gaps):
    return statistics.median(gaps), statistics.quantiles(gaps, n=20)[-1], max(gaps)


def run(folder):
    """Print the table; return whether the ratio is good."""
    port = free_ports(1)[0]
    settings = {"user_name1": "100", "user_host1": "desk.example", "user_register1": "off"}
    settings |= {"sip_max_transactions": "64", "http_pass": _PASSWORD}
    options = ["--dns", "none", "--audio", "loop", "--web", str(port)]
    phone = Phone(folder / "phone", settings, options)
    caller = Caller("100", phone.address)
    print("INVITE to 180, ms: median and 95th percentile of %d calls, %d a second" % (COUNT, RATE))
    print(f"{'round':8}{'alone':>16}{'%d browsers' % CLIENTS:>18}{'ratio':>8}{'answers':>9}")
    ratios, total = [], 0
    try:
        caller.round(RATE, COUNT)  # not counted: all is loaded and warm after it
        for number in range(ROUNDS):
            alone = caller.round(RATE, COUNT)
            with browsers(port) as clients:
                busy = caller.round(RATE, COUNT)
            medians = [statistics.median(x[0]) for x in (alone, busy)]
            tails = [statistics.quantiles(x[0], n=20)[-1] for x in (alone, busy)]
            failed, later = (sum(getattr(x, y) for x in clients) for y in ("failures", "later"))
            total += failed
            ratios.append(medians[1] / medians[0])
            print(
                f"{number + 1:<8}{medians[0]:>8.2f}{tails[0]:>8.2f}{medians[1]:>10.2f}"
                f"{tails[1]:>8.2f}{ratios[-1]:>8.2f}{sum(x.answers for x in clients):>9}"
                + (f"  lost {busy[1]}" if busy[1] else "")
                + (f"  failed {failed}" if failed else "")
                + (f"  came again {later}" if later else "")
            )
        gaps = voice(phone, port)
    finally:
        caller.close()
        memory = phone.ask("status")["memory"]
        phone.stop()
    print("memory afterwards: " + json.dumps(memory))
    ratio = statistics.median(ratios)
    print("ratio %.2f, good is %.1f at most; %d requests failed" % (ratio, RATIO, total))
    return ratio <= RATIO and not total and gaps


def main():
    """Run it in a folder of its own; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        return 0 if run(pathlib.Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
