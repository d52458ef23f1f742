"""``make run``: two simulated phones that call each other, and a receiver of their Action URLs.

In a terminal it is a front panel to play with: a page whose address is printed, or the terminal
itself with ``PANEL=terminal``. Without one it plays a tour, prints each Action URL as it arrives,
checks that none is missing, and exits 0.
"""

import contextlib
import http.server
import os
import secrets
import sys
import tempfile
import threading
import time
import urllib.parse
import webbrowser

from tools.control import Phone, free_ports
from tools.frontpanel import play
from tools.panel.relay import Relay
from tools.panel.server import News, Panel
from tools.panel.server import Phone as Pages

EVENTS = {
    "action_setup_url": "setup",
    "action_offhook_url": "offhook",
    "action_onhook_url": "onhook",
    "action_incoming_url": "incoming",
    "action_outgoing_url": "outgoing",
    "action_connected_url": "connected",
    "action_disconnected_url": "disconnected",
    "action_missed_url": "missed",
    "action_dnd_on_url": "dnd_on",
    "action_dnd_off_url": "dnd_off",
    "action_redirection_on_url": "redirection_on",
    "action_redirection_off_url": "redirection_off",
    "action_hold": "hold",
    "action_unhold": "unhold",
    "action_transfer": "transfer",
    "action_longpress_url": "longpress",
}
HOST = "127.0.0.2"  # 127.0.0.1 in an Action URL is the phone itself
WHAT = "remote=$remote&name=$display_remote&key=$active_key&calls=$nr_ongoing_calls"
_SECONDS = 20


class Receiver:
    """An HTTP server on loopback that keeps and prints each request, as (phone, event, query)."""

    def __init__(self, port, show, told=None):
        self.port = port
        self.show = show
        self.told = told  # ``told(phone, event, values)``
        self.slow = 0  # s until it answers
        self.seen = []
        self._changed = threading.Condition()
        self._server = None

    def start(self):
        """Listen."""
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                time.sleep(receiver.slow)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                receiver.take(
                    url.path.strip("/").split("/"), dict(urllib.parse.parse_qsl(url.query))
                )

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer((HOST, self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Stop listening: connections are refused from here on."""
        self._server.shutdown()
        self._server.server_close()

    def take(self, words, query):
        """Note one request."""
        phone, event = (words + ["?"])[:2]
        told = {name: value for name, value in query.items() if not value.startswith("$")}
        with self._changed:
            self.seen.append((phone, event))
            self._changed.notify_all()
        values = " ".join(f"{name}={value}" for name, value in told.items() if value)
        self.show("  phone %s: %-16s%s" % (phone, event, values))
        if self.told:
            self.told(phone, event, values)

    def wait(self, *wanted):
        """Wait until each of the wanted (phone, event) has arrived; return those that have not."""
        end = time.monotonic() + _SECONDS
        with self._changed:
            while True:
                missing = list(wanted)
                for each in self.seen:
                    if each in missing:
                        missing.remove(each)
                if not missing or time.monotonic() > end:
                    return missing
                self._changed.wait(0.2)


def settings(user, other, port):
    """Return the settings of phone `user`; `other` is the SIP port of its peer."""
    wanted = {
        "user_register1": "off",
        "user_name1": user,
        "user_realname1": "Desk " + user,
        "user_host1": "desk.example",
        "user_outbound1": f"127.0.0.1:{other}",
        "fkey4": f"active url http://{HOST}:{port}/{user}/door?key=$active_key",
        "fkey5": "active keyevent F_DND",
    }
    for name, event in EVENTS.items():
        wanted[name] = f"http://{HOST}:{port}/{user}/{event}?{WHAT}"
    return wanted


@contextlib.contextmanager
def house(show, told=None, relay=None, options=((), ())):
    """Start the receiver and both phones; yield (receiver, phone 100, phone 200).

    `told` is the receiver's, a `relay` stands between the phones, `options` are theirs.
    """
    port = free_ports(1)[0]
    receiver = Receiver(port, show, told)
    receiver.start()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        phones = []
        for user, words in zip(("100", "200"), options, strict=True):
            phone = Phone(f"{folder}/{user}", {"log_level": "5"}, words)
            phones.append(stack.enter_context(phone))
        if relay:
            relay.phones = {"100": phones[0].sip_port, "200": phones[1].sip_port}
            relay.start()
        for user, phone, other in zip(("100", "200"), phones, phones[::-1], strict=True):
            way = relay.port if relay else other.sip_port
            for name, value in settings(user, way, port).items():
                phone.ask(f"set {name} {value}")
        yield receiver, *phones
    receiver.stop()


class Tour:
    """The tour: each chapter does something at the phones and says what has to arrive."""

    def __init__(self, receiver, first, second):
        self.receiver, self.first, self.second = receiver, first, second
        self.expected, self.failed = [], []

    def chapter(self, title, *expected):
        """Begin a chapter; `expected` are the "phone event" words that it has to cause."""
        print(title, flush=True)
        self.expected += [tuple(each.split()) for each in expected]

    def close(self):
        """Wait for all that was expected so far."""
        missing = self.receiver.wait(*self.expected)
        for phone, event in missing:
            print(f"  MISSING: phone {phone}: {event}", flush=True)
        self.failed += [each for each in missing if each not in self.failed]

    def dial(self):
        """Lift the handset of 100 and dial 200."""
        self.first.ask("hook off")
        for digit in "200#":
            self.first.ask("press " + digit)
        self.second.wait(lambda calls: calls and calls[0]["state"] == "ringing")

    def idle(self):
        """Wait until neither phone has a call."""
        for phone in (self.first, self.second):
            phone.wait(lambda calls: not calls)

    def play(self):
        """Play all chapters; return True when nothing is missing."""
        self.answered()
        self.missed()
        self.keys()
        self.outage()
        extra = len(self.receiver.seen) - len(self.expected)
        if extra > 0:
            print(f"  {extra} more arrived than expected: {self.receiver.seen}")
        print(f"{len(self.receiver.seen)} Action URLs arrived, {len(self.failed)} missing")
        return not self.failed and not extra

    def answered(self):
        """A call, answered and hung up."""
        self.chapter(
            "100 calls 200, who answers; 100 hangs up",
            *("100 " + x for x in "offhook outgoing connected onhook disconnected".split()),
            *("200 " + x for x in "incoming offhook connected disconnected onhook".split()),
        )
        self.dial()
        self.second.ask("hook off")
        self.first.wait(lambda calls: calls[0]["state"] == "connected")
        self.first.ask("hook on")
        self.idle()
        self.second.ask("hook on")
        self.close()

    def missed(self):
        """A call that nobody answers."""
        self.chapter(
            "100 calls 200, who does not answer",
            *("100 " + x for x in "offhook outgoing onhook disconnected".split()),
            *("200 " + x for x in "incoming disconnected missed".split()),
        )
        self.dial()
        self.first.ask("hook on")
        self.idle()
        self.close()

    def keys(self):
        """A function key, and do-not-disturb on and off."""
        self.chapter("P5 on phone 100: an Action URL of its own", "100 door")
        self.first.ask("press P5")
        self.close()
        self.chapter("DND on phone 200, by its key", "200 dnd_on", "200 dnd_off")
        self.second.ask("press DND")
        self.second.ask("press P6")
        self.close()

    def outage(self):
        """The receiver goes down, a key is pressed, the receiver comes back."""
        self.chapter("The receiver is down while P5 is pressed, and comes back", "100 door")
        self.receiver.stop()
        self.first.ask("press P5")
        self.first.wait(lambda c: c["total"]["retried"], "counters")
        self.receiver.start()
        self.close()


@contextlib.contextmanager
def front_panel(show=lambda line: None):
    """Run two phones with the panel's page; yield its `Panel`, the receiver and the phones."""
    news, password = News(), secrets.token_urlsafe(12)

    def now():
        return time.strftime("%H:%M:%S")

    def told(phone, event, values):
        news.add(kind="url", time=now(), phone=phone, event=event, values=values)

    relay = Relay(lambda phone, text: news.add(kind="sip", time=now(), phone=phone, text=text))
    ports = free_ports(2)
    options = [("--web", str(x), "--set", "http_pass=" + password) for x in ports]
    with house(show, told, relay, options) as (receiver, first, second):
        pages = {x: Pages(port, password) for x, port in zip(("100", "200"), ports, strict=True)}
        faults = Faults(receiver, first, second)
        panel = Panel(pages, news, faults.states, faults.switch)
        try:
            yield panel, receiver, first, second
        finally:
            panel.stop()
            relay.stop()


class Faults:
    """The panel's switches: the phones' network cables, and the web server."""

    def __init__(self, receiver, first, second):
        self._receiver, self._phones = receiver, {"100": first, "200": second}
        self.states = dict.fromkeys(
            ("100 unplugged", "200 unplugged", "web server down", "web server slow",
             "web server hangs"), False
        )  # fmt: skip

    def switch(self, name, on):
        """Switch one; ValueError for a name that is none."""
        if name not in self.states:
            raise ValueError("there is no such fault")
        if self.states[name] == on:
            return
        if name.endswith("unplugged"):
            self._phones[name[:3]].ask("fault unplugged " + ("on" if on else "off"))
        elif name == "web server down":
            (self._receiver.stop if on else self._receiver.start)()
        self.states[name] = on
        slow = 2 if self.states["web server slow"] else 0
        self._receiver.slow = 30 if self.states["web server hangs"] else slow


def show_page():
    """Run the panel's page until the person ends it; return 0."""
    print("starting two phones …", flush=True)
    with front_panel() as (panel, *_):
        print(f"The front panel: {panel.url}   Enter ends it.", flush=True)
        if (
            sys.platform != "linux"
            or os.environ.get("DISPLAY")
            or os.environ.get("WAYLAND_DISPLAY")
        ):
            webbrowser.open(panel.url)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.readline()
    return 0


def main():
    """Play the tour, or show the front panel to a person; return the exit status."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return play(house) if os.environ.get("PANEL") == "terminal" else show_page()
    print("Two phones in the MicroPython VM, 100 and 200, and a receiver for their Action URLs")
    with house(lambda line: print(line, flush=True)) as (receiver, first, second):
        return 0 if Tour(receiver, first, second).play() else 1


if __name__ == "__main__":
    sys.exit(main())
