"""A registrar on loopback that grants everything, for measures and for tests of load."""

import re
import socket
import threading


class Registrar:
    """Answers each REGISTER and SUBSCRIBE with 200, on loopback UDP, the latter with a NOTIFY."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            data, address = self.socket.recvfrom(4096)
            text = data.decode(errors="replace")
            if not text.startswith(("REGISTER", "SUBSCRIBE")):
                continue
            keep = re.findall(r"(?im)^(?:via|v|from|f|to|t|call-id|i|cseq|contact|m):.*$", text)
            answer = ["SIP/2.0 200 OK", *(x.strip() for x in keep), "Content-Length: 0", "", ""]
            text = "\r\n".join(answer)
            if "CSeq: 1 SUBSCRIBE" in text:
                text = re.sub(r"(?m)^(To: .*?)\r", r"\1;tag=registrar\r", text)
                text = text.replace("Content-Length", "Expires: 3600\r\nContent-Length")
            self.socket.sendto(text.encode(), address)
            if "CSeq: 1 SUBSCRIBE" in text:
                self._notify(dict(x.split(": ", 1) for x in text.split("\r\n")[1:-2]), address)

    def _notify(self, head, address):
        body = '<?xml version="1.0"?><dialog-info version="0" state="full"></dialog-info>'
        lines = [
            f"NOTIFY sip:100@{address[0]}:{address[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{head['Call-ID']}",
            "From: " + head["To"],
            "To: " + head["From"],
            "Call-ID: " + head["Call-ID"],
            "CSeq: 1 NOTIFY",
            "Event: dialog",
            "Subscription-State: active;expires=3600",
            f"Contact: <sip:127.0.0.1:{self.port}>",
            "Content-Type: application/dialog-info+xml",
            f"Content-Length: {len(body)}",
        ]
        self.socket.sendto("\r\n".join([*lines, "", body]).encode(), address)
