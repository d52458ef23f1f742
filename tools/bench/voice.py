"""``make bench-voice``: the voice of a phone in the VM beside baresip's, in one run.

CPU a frame; the gaps between packets of both in a capture, and in the reports of the other side,
while nothing else happens and while the display and settings change, an Action URL server hangs,
TLS handshakes go on, ten browsers poll and the heap is collected; the delay from mouth to ear; the
jitter buffer on a bad line. A handshake is one call of the TLS library that nothing can divide,
and the word `ram` looks for the largest block, too: these two are told, not judged. It draws
docs/voice-gaps.svg and docs/voice-depth.svg. Needs root (a capture, namespaces) and baresip.
"""

import json
import pathlib
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from tests import wavs
from tests.peers.baresip import Baresip
from tests.peers.link import THERE, Link
from tests.peers.netspace import enter_new
from tests.phone.webserver import WebServer, hang
from tools import vm
from tools.bench import voice_capture as capture
from tools.bench import voice_plots as plots
from tools.bench.pages import Client
from tools.control import Phone, free_ports

P95, MOST = 30.0, 45.0  # ms, of the gaps between our packets
PARTS = 90  # ms of `hal.audio.i2s` from air to air, at most; baresip's bridge has none of that
LOOP = 16  # ms that the other phone's loop keeps at least
SECONDS = 8  # for each condition
_HERE = pathlib.Path(__file__).parent
_SPEECH = 4  # s


def frames():
    """Print what a frame costs; return nothing that was missed."""
    done = subprocess.run(
        [vm.vm_path(), "-X", "heapsize=4m", str(_HERE / "voice_vm.py")],
        capture_output=True,
        text=True,
        env=vm.environment(),
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    print("CPU of a frame of 20 ms in the VM on this machine, µs")
    names = ("whole", "encode", "decode", "conceal", "buffer")
    print(f"{'codec':8}" + "".join(f"{x:>10}" for x in names) + f"{'% of 20 ms':>12}")
    for line in done.stdout.splitlines():
        found = json.loads(line)
        print(
            f"{found['codec']:8}"
            + "".join(f"{found[x]:>10.1f}" for x in names)
            + f"{found['whole'] / 200:>12.2f}"
        )


class Scene:
    """A phone and a baresip, each with speech of its own; `call` connects them."""

    def __init__(self, folder, name, says="", audio=None, settings=(), **more):
        self.folder = folder / name
        self.folder.mkdir()
        self.spoken = wavs.speech(_SPEECH, 200, 1, 1100)
        wavs.write(self.folder / "we.wav", self.spoken)
        wavs.write(self.folder / "they.wav", wavs.speech(_SPEECH, 280, 2) * 60)
        self.web = free_ports(1)[0]
        self.other = Baresip(
            self.folder / "baresip",
            speech=None if more.get("loop") else self.folder / "they.wav",
            dumps=self.folder,
            small=True,
            **more,
        )
        wanted = {"user_name1": "100", "user_host1": "desk.example", "user_register1": "off"}
        wanted |= {"user_outbound1": self.other.address, "auto_dial": "1", **dict(settings)}
        says = audio or f"{self.folder}/we.wav,{self.folder}/heard.wav"
        options = ["--dns", "none", "--audio", says, "--web", str(self.web)]
        self.phone = Phone(self.folder / "phone", wanted, options)

    def call(self):
        """Connect both."""
        self.phone.ask("hook off")
        self.phone.ask("dial 200")
        self.other.wait("CALL_INCOMING")
        self.other.ask("accept")
        self.phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
        self.voice(100)

    def voice(self, more=0):
        """Wait for so many `more` packets; return the figures."""
        begin = self.phone.wait(lambda x: x, "voice")[0]["received"]
        return self.phone.wait(lambda x: x[0]["received"] >= begin + more, "voice", 90)[0]

    def close(self):
        """Stop both."""
        self.phone.stop()
        self.other.stop()


# -- the gaps ---------------------------------------------------------------------------------


def _quiet(scene, over):
    over.wait(SECONDS)


def _hanging(scene, over):
    server = WebServer(hang)
    scene.phone.ask(f"set action_dnd_on_url {server.url}/on")
    scene.phone.ask(f"set action_dnd_off_url {server.url}/off")
    while not over.wait(0.5):
        scene.phone.ask("press DND")
    server.close()


def _handshakes(scene, over):
    server = WebServer(tls=_context(scene.folder))
    scene.phone.ask("set check_trusted_certificate off")
    for name in ("on", "off"):
        scene.phone.ask(f"set action_dnd_{name}_url {server.url}/{name}")
    while not over.wait(0.5):
        scene.phone.ask("press DND")
        server.cut()  # the next one has to shake hands again
    told = server.connections
    server.close()
    print(f"  ({told} handshakes)", file=sys.stderr)


def _context(folder):
    """Return a server's TLS context with a certificate of its own making."""
    key, path = folder / "key.pem", folder / "cert.pem"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.2".split()
    subprocess.run([*words, "-keyout", key, "-out", path], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return context


def _browsers(scene, over):
    clients = [Client(f"http://127.0.0.1:{scene.web}/") for _ in range(10)]
    for client in clients:
        client.start()
    over.wait(SECONDS)
    for client in clients:
        client.over.set()
    for client in clients:
        client.join()


def _collections(scene, over):
    while not over.wait(0.25):
        scene.phone.ask("ram")  # collects, and looks for the largest block


def _keys(scene, over):
    while not over.wait(0.125):
        scene.phone.ask("press DND")  # a lamp, a line of the display, a setting


def _settings(scene, over):
    count = 0
    while not over.wait(0.25):
        count += 1
        scene.phone.ask(f"set user_realname1 Anna {count % 20}")  # the flash waits for the end


CONDITIONS = (
    ("nothing else", _quiet),
    ("display and lamps, 8 a second", _keys),
    ("settings, 4 a second", _settings),
    ("Action URL server hangs", _hanging),
    ("HTTPS handshakes", _handshakes),
    ("ten browsers", _browsers),
    ("word ram, 4 a second", _collections),
)
_JUDGED = (_quiet, _keys, _settings, _hanging, _browsers)


def gaps(folder):
    """Print the gaps under each condition; return (what was missed, {condition: gaps})."""
    scene = Scene(folder, "gaps", settings={"http_pass": capture.PASSWORD, "rtp_timeout": "0"})
    rows, missed = {}, []
    try:
        scene.call()
        print("\ngaps between packets, ms (20 is right), and what the other side told of ours")
        head = f"{'meanwhile':30}{'ours: p50':>10}{'p95':>7}{'most':>7}{'lost':>6}"
        print(head + f"{'baresip: p50':>14}{'p95':>7}{'most':>7}{'told: jitter':>14}{'lost %':>8}")
        for name, what in CONDITIONS:
            ours, theirs = _measure(scene, what)
            figures = scene.voice()
            a, b = capture.percentiles(ours), capture.percentiles(theirs)
            told = figures["told"] or (0, 0)
            print(
                f"{name:30}{a[0]:>10.1f}{a[1]:>7.1f}{a[2]:>7.1f}{figures['lost']:>6}"
                f"{b[0]:>14.1f}{b[1]:>7.1f}{b[2]:>7.1f}{told[1]:>14}{told[0]:>8.1f}",
                flush=True,
            )
            rows[name] = ours
            rows.setdefault("baresip, nothing else", theirs)
            if what in _JUDGED and (a[1] > P95 or a[2] > MOST):
                missed.append(f"{name}: gaps of {a[1]:.0f} ms at p95, {a[2]:.0f} at the most")
    finally:
        scene.close()
    return missed, rows


def _measure(scene, what):
    """Let `what` happen for a while; return the gaps of both sides meanwhile."""
    over = threading.Event()
    port = scene.voice()["port"]
    work = threading.Thread(target=what, args=(scene, over))
    with capture.Capture("lo") as packets:
        work.start()
        time.sleep(SECONDS)
        over.set()
    work.join()
    return packets.gaps(lambda source, target: source == port), packets.gaps(
        lambda source, target: target == port
    )


# -- mouth to ear -----------------------------------------------------------------------------


def _round(folder, name, loop):
    """Return ms from the phone's mouth to its ear by way of `loop`: "phone" or "baresip"."""
    scene = Scene(folder, name, loop=loop == "baresip")
    echo = None
    try:
        if loop == "phone":
            wanted = {"user_name1": "300", "user_host1": "desk.example", "user_register1": "off"}
            wanted |= {"rtp_port": "31000"}
            echo = Phone(scene.folder / "echo", wanted, ["--dns", "none", "--audio", "loop"])
            scene.phone.ask(f"set user_outbound1 127.0.0.1:{echo.sip_port}")
            scene.phone.ask("hook off")
            scene.phone.ask("dial 300")
            echo.wait(lambda calls: calls and calls[0]["state"] == "ringing")
            echo.ask("hook off")
            scene.phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
            scene.voice(100)
        else:
            scene.call()
        scene.voice(400)
        scene.phone.stop()
        return _delay(wavs.read(scene.folder / "heard.wav"), scene.spoken)
    finally:
        if echo:
            echo.stop()
        scene.close()


def _delay(heard, spoken):
    """Return by how many ms `heard`, that began together with `spoken`, is behind it: the median
    over many places. The side tone, which is not late at all, is passed over."""
    said = (list(spoken) * (len(heard) // len(spoken) + 2))[: len(heard)]
    found = []
    for at in range(len(heard) - 24000, len(heard) - 4000, 1600):
        piece = heard[at : at + 2400]
        best = (0.0, 0)
        for late in range(240, 5600, 8):
            best = max(best, (_like(piece, said[at - late : at - late + 2400], 8), late))
        for late in range(best[1] - 8, best[1] + 9):
            best = max(best, (_like(piece, said[at - late : at - late + 2400], 4), late))
        if best[0] > 0:
            found.append(best[1] / 8)
    return statistics.median(found)


def _like(one, two, step):
    one, two = one[::step], two[::step]
    power = sum(x * x for x in two) or 1
    return sum(x * y for x, y in zip(one, two, strict=True)) / power**0.5


def delays(folder):
    """Print the delay from mouth to ear; return what was missed."""
    both, mixed = _round(folder, "ours", "phone"), _round(folder, "theirs", "baresip")
    ours = (both - LOOP) / 2
    theirs = mixed - ours
    print("\nfrom mouth to ear, ms, on the simulated board and loopback")
    print(f"{'phone and phone':34}{ours:>6.0f}   (half of {both:.0f}, there and back)")
    print(
        f"{'baresip, small buffers, no parts':34}{theirs:>6.0f}   (of {mixed:.0f}, with a phone)"
    )
    print(f"{'wanted at most':34}{theirs + PARTS:>6.0f}   (baresip's, and {PARTS} of our parts)")
    return ["mouth to ear"] if ours > theirs + PARTS else []


# -- the buffer -------------------------------------------------------------------------------

LINES = (  # s, and how the line is from then on
    (0, "delay=20"),
    (5, "delay=30 jitter=20"),
    (12, "delay=20 jitter=0"),
    (19, "delay=40 jitter=30 loss=10"),
    (26, "delay=20 jitter=0 loss=0"),
)
END = 36


def depth(folder):
    """Let the line be bad and good; return [(s, ms of delay wanted, ms that are there)]."""
    link = Link(delay=20)
    scene = Scene(folder, "depth", prefix=link.inside, ip=THERE)
    found, lines = [], list(LINES)
    try:
        scene.call()
        begin = time.monotonic()
        while (now := time.monotonic() - begin) < END:
            if lines and now >= lines[0][0]:
                link.change(lines.pop(0)[1])
            row = scene.phone.ask("voice")[0]
            found.append((now, row["target"], row["depth"]))
            time.sleep(0.1)
        figures = scene.voice()
    finally:
        scene.close()
        link.stop()
    print(
        "\nthe buffer on a line that is good, bad and good: %d ms at first, %d at the most, %d at "
        "the end; %.1f%% lost, %.1f%% too late"
        % (
            found[10][1],
            max(x[1] for x in found),
            found[-1][1],
            figures["loss"],
            figures["discarded"],
        )
    )
    return found


def main():
    """Print all; return 1 where something is missed."""
    space = enter_new()
    if space is None:
        print("make bench-voice needs root: it captures packets and makes networks of its own")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        frames()
        missed, rows = gaps(folder)
        missed += delays(folder)
        plots.gaps(rows, vm.ROOT / "docs/voice-gaps.svg")
        plots.depth(depth(folder), LINES, END, vm.ROOT / "docs/voice-depth.svg")
    space.leave()
    if missed:
        print("MISSED: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
