"""Kamailio as registrar and proxy, without a database; its passwords are ``secret`` + number."""

import pathlib
import subprocess

from tests.peers.peer import Peer, answers_sip, part, program
from tools.control import free_ports

_MODULES = (
    "kex corex ctl tm sl rr pv maxfwd textops siputils usrloc registrar auth htable nathelper"
).split()
_CONFIG = """\
debug=2
log_stderror=yes
children=1
tcp_children=2
auto_aliases=no
dns=no
rev_dns=no
use_dns_cache=off
enable_tls={tls}
{listeners}
alias="{domain}"
mpath="{modules_path}"
{modules}
modparam("ctl", "binrpc", "unix:{folder}/ctl")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", {min_expires})
modparam("registrar", "max_expires", {max_expires})
modparam("registrar", "received_avp", "$avp(source)")
modparam("nathelper", "received_avp", "$avp(source)")
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", 60000)
modparam("auth", "nonce_expire", {nonce_expire})
modparam("auth", "qop", "auth")
modparam("htable", "htable", "passwords=>size=4;")
{more}
event_route[htable:mod-init] {{
    $sht(passwords=>100) = "secret100";
    $sht(passwords=>200) = "secret200";
    $sht(passwords=>300) = "secret300";
}}

request_route {{
    if (!mf_process_maxfwd_header("20")) {{
        sl_send_reply("483", "Too Many Hops");
        exit;
    }}
    force_rport();
    if (is_method("CANCEL")) {{
        if (t_check_trans()) t_relay();
        exit;
    }}
    if (has_totag()) {{
        route(INSIDE);
        exit;
    }}
    if (is_method("ACK")) exit;
    t_check_trans();
    if (is_method("REGISTER")) {{
        route(LOCATION);
        exit;
    }}
    if (is_method("OPTIONS") && $rU == $null) {{
        sl_send_reply("200", "OK");
        exit;
    }}
    if ($au == $null || $sht(passwords=>$au) == $null
            || !pv_proxy_authenticate("{domain}", "$sht(passwords=>$au)", "0")) {{
        proxy_challenge("{domain}", "1");
        exit;
    }}
    consume_credentials();
    {rewrite}
    remove_hf("Route");
    record_route();
    if (!lookup("location")) {{
        sl_send_reply("404", "Not Found");
        exit;
    }}
    t_on_reply("BACK");
    if (!t_relay()) sl_reply_error();
}}

route[INSIDE] {{
    if (loose_route()) {{
        handle_ruri_alias();
        t_on_reply("BACK");
        t_relay();
    }} else if (is_method("ACK")) {{
        if (t_check_trans()) t_relay();
    }} else {{
        sl_send_reply("404", "Not Here");
    }}
}}

route[LOCATION] {{
    if ($au == $null || $sht(passwords=>$au) == $null
            || !pv_www_authenticate("{domain}", "$sht(passwords=>$au)", "0")) {{
        www_challenge("{domain}", "1");
        exit;
    }}
    {fix}
    if (!save("location")) sl_reply_error();
}}

onreply_route[BACK] {{
    {rewrite}
}}
"""


def _modules_path():
    for path in pathlib.Path("/usr").glob("lib*/**/kamailio/modules"):
        return f"{path}/"
    return ""


class Kamailio(Peer):
    """A running Kamailio. `listeners` are ("udp"|"tcp"|"tls", ip, port); none: UDP on loopback.

    `certificate` is (file of the chain, file of the key), for TLS. `prefix` starts the command.
    `rewriting` off: Contacts of TCP and TLS stay as the phones have written them.
    """

    def __init__(self, folder, listeners=(), domain="pbx.test", prefix=(), **more):
        self._kamcmd = program("kamcmd")
        listeners = list(listeners) or [("udp", "127.0.0.1", free_ports(1)[0])]
        _, self.ip, self.port = listeners[0]
        self.address = f"{self.ip}:{self.port}"
        self.domain = domain
        folder = folder / f"kamailio-{self.ip}-{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        names, extra = list(_MODULES), ""
        rewriting = more.get("rewriting", True)
        if certificate := more.get("certificate"):
            names.append("tls")
            extra = (
                'modparam("tls", "tls_method", "TLSv1.2+")\n'
                f'modparam("tls", "certificate", "{certificate[0]}")\n'
                f'modparam("tls", "private_key", "{certificate[1]}")'
            )
        for name in names:
            part(f"{_modules_path()}{name}.so", "Kamailio")
        config = _CONFIG.format(
            domain=domain,
            folder=folder,
            tls="yes" if certificate else "no",
            listeners="\n".join(f"listen={kind}:{ip}:{port}" for kind, ip, port in listeners),
            modules_path=_modules_path(),
            modules="\n".join(f'loadmodule "{name}.so"' for name in names),
            more=extra,
            rewrite='if ($proto != "udp") add_contact_alias();'
            if rewriting
            else "$var(none) = 0;",
            fix='if ($proto != "udp") fix_nated_register();' if rewriting else "",
            min_expires=more.get("min_expires", 10),
            max_expires=more.get("max_expires", 3600),
            nonce_expire=more.get("nonce_expire", 300),
        )
        path = folder / "kamailio.cfg"
        path.write_text(config)
        words = [program("kamailio"), "-DD", "-E", "-f", str(path), "-m", "32", "-M", "4"]
        super().__init__(folder, [*words, "-Y", str(folder)], prefix)
        if prefix:
            return  # in another network: whoever put it there waits for it
        try:
            answers_sip((self.ip, self.port))
        except TimeoutError:
            text = self.said()
            self.stop()
            raise RuntimeError(f"Kamailio did not start:\n{text[-3000:]}")

    def bindings(self, user):
        """Return the contacts that it knows of a user, as the text of its own dump."""
        words = ["-s", f"unix:{self.folder}/ctl", "ul.lookup", "location", f"s:{user}"]
        done = subprocess.run([self._kamcmd, *words], capture_output=True, text=True, timeout=10)
        return done.stdout if "Address:" in done.stdout else ""
