"""RFC 3263: from a URI to addresses, by NAPTR, SRV and A."""

from support import raises

from net.resolver import ResolveError, dotted
from sip.transport.locate import at_once, locate, order


class Names:
    """A resolver that knows `zone`: (name, kind) -> answers."""

    def __init__(self, zone):
        self.zone = zone
        self.asked = []

    def random(self, bits):
        return 0

    async def resolve(self, name, kind="A"):
        if kind == "A" and dotted(name):
            return [name]
        self.asked.append((name, kind))
        if (name, kind) not in self.zone:
            raise ResolveError(name)
        return self.zone[name, kind]


ZONE = {
    ("x", "A"): ["10.0.0.9"],
    ("a.x", "A"): ["10.0.0.1", "10.0.0.2"],
    ("b.x", "A"): ["10.0.0.3"],
    ("_sip._udp.x", "SRV"): [(1, 0, 5070, "a.x"), (2, 0, 5080, "b.x"), (3, 0, 1, "gone.x")],
    ("_sip._tcp.x", "SRV"): [(1, 0, 5090, "b.x")],
    ("_sips._tcp.x", "SRV"): [(1, 0, 5091, "b.x")],
}


async def test_an_address_or_a_port_asks_for_no_service():
    names = Names(ZONE)
    assert await locate(names, "sip:1.2.3.4") == [("1.2.3.4", 5060, "UDP")]
    assert await locate(names, "sips:1.2.3.4") == [("1.2.3.4", 5061, "TLS")]
    assert await locate(names, "sip:x:5062;transport=tcp") == [("10.0.0.9", 5062, "TCP")]
    assert await locate(names, "sip:u@y;maddr=x;lr:5060") is not None
    assert names.asked[0] == ("x", "A")


async def test_services_are_tried_by_priority_and_every_address_of_a_name_counts():
    found = await locate(Names(ZONE), "sip:x", "udp")
    assert found == [
        ("10.0.0.1", 5070, "UDP"),
        ("10.0.0.2", 5070, "UDP"),
        ("10.0.0.3", 5080, "UDP"),
    ]
    assert await locate(Names(ZONE), "sip:x", "tls") == [("10.0.0.3", 5091, "TLS")]
    assert (await locate(Names(ZONE), "sips:x"))[0] == ("10.0.0.3", 5091, "TLS")


async def test_a_zone_of_many_services_that_lead_nowhere_is_not_asked_without_end():
    zone = {("x", "A"): ["10.0.0.9"], ("x", "NAPTR"): []}
    for kind in range(40):
        name = "_sip._udp.%d.x" % kind
        zone["x", "NAPTR"].append((kind, 0, "s", "sip+d2u", name))
        zone[name, "SRV"] = [(n, 0, 5060, "gone%d-%d.x" % (kind, n)) for n in range(40)]
    names = Names(zone)
    assert await locate(names, "sip:x") == [("10.0.0.9", 5060, "UDP")]
    assert len(names.asked) < 20, len(names.asked)


async def test_a_service_at_port_0_is_none_and_more_servers_than_are_tried_are_not_asked_for():
    zone = {("_sip._udp.x", "SRV"): [(0, 0, 0, "a.x")] + [(1, 1, 5060, "a.x")] * 39}
    zone["a.x", "A"] = ["10.0.0.1"]
    names = Names(zone)
    assert await locate(names, "sip:x", "udp") == [("10.0.0.1", 5060, "UDP")] * 8
    assert len(names.asked) < 12


async def test_an_address_of_many_is_no_server_wherever_it_comes_from():
    for ip in ("224.0.1.75", "239.1.2.3", "255.255.255.255"):
        for uri in ("sip:" + ip, "sip:x@%s:5062;transport=tcp" % ip, "sip:x;maddr=" + ip):
            with raises(ValueError):
                at_once(uri, "auto")
        for uri in ("sip:x", "sip:x:5060", "sip:y;maddr=x"):
            with raises(ResolveError):
                await locate(Names({("x", "A"): [ip]}), uri, "udp")
        both = Names({("x", "A"): [ip, "10.0.0.9"]})
        assert await locate(both, "sip:x", "udp") == [("10.0.0.9", 5060, "UDP")]


async def test_naptr_says_which_transport_is_wanted():
    zone = dict(ZONE)
    zone["x", "NAPTR"] = [
        (1, 1, "u", "e2u+sip", "no.x"),
        (1, 2, "s", "sip+d2t", "_sip._tcp.x"),
        (2, 1, "s", "sip+d2u", "_sip._udp.x"),
    ]
    found = await locate(Names(zone), "sip:x")
    assert [x[2] for x in found] == ["TCP", "UDP", "UDP", "UDP"]


async def test_without_services_the_name_itself_is_asked():
    zone = {("x", "A"): ["10.0.0.9"]}
    assert await locate(Names(zone), "sip:x") == [("10.0.0.9", 5060, "UDP")]
    assert await locate(Names(zone), "sip:x", "tls") == [("10.0.0.9", 5061, "TLS")]
    with raises(ResolveError):
        await locate(Names({}), "sip:x")


async def test_the_number_of_targets_is_bounded():
    zone = {("a", "A"): ["10.0.0.%d" % x for x in range(30)]}
    zone["_sip._udp.x", "SRV"] = [(1, 1, 5060, "a")]
    assert len(await locate(Names(zone), "sip:x", "udp")) == 8


def test_weights_draw_the_first_and_each_record_comes_once():
    entries = [(1, 10, 1, "a"), (1, 30, 1, "b"), (1, 0, 1, "c"), (0, 0, 1, "first")]
    count = {}
    for number in range(410):
        found = order(entries, lambda bits, number=number: number)
        assert found[0][3] == "first" and sorted(found) == sorted(entries)
        count[found[1][3]] = count.get(found[1][3], 0) + 1
    assert count["b"] > 2 * count["a"] > 100


def test_a_service_of_weight_0_is_first_once_in_a_while():
    entries = [(1, 10, 1, "a"), (1, 0, 1, "b")]
    first = [order(entries, lambda bits, n=number: n)[0][3] for number in range(11)]
    assert first == ["b"] + ["a"] * 10


async def test_an_identity_of_tls_never_leaves_it():
    for uri in (
        "sip:10.0.0.9;transport=udp",
        "sip:10.0.0.9:5060;transport=tcp",
        "sip:10.0.0.9",
        "sip:x@10.0.0.9;transport=TLS;lr",
    ):
        assert at_once(uri, "tls").transport == "TLS", uri
        named = uri.replace("10.0.0.9", "x")
        found = await locate(Names(ZONE), named, "tls")
        assert found and all(x.transport == "TLS" for x in found), uri


async def test_naptr_of_other_services_or_with_other_flags_leads_nowhere():
    zone = dict(ZONE)
    zone["x", "NAPTR"] = [
        (1, 1, "s", "sips+d2s", "b.x"),
        (1, 2, "s", "e2u+sip", "no.x"),
        (1, 3, "a", "sip+d2t", "b.x"),
        (1, 4, "", "sip+d2t", "b.x"),
    ]
    names = Names(zone)
    found = await locate(names, "sip:x")
    assert found[0] == ("10.0.0.1", 5070, "UDP")  # as if it had said nothing
    assert ("no.x", "SRV") not in names.asked and ("b.x", "SRV") not in names.asked
