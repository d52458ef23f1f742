"""A fixed address of the settings; loaded when a network is joined, not kept."""


def fix(nic, get):
    """Set the own address where the settings say so, else have DHCP do it."""
    if get("dhcp") in (False, "off") and get("ip_adr"):
        router = get("gateway") or "0.0.0.0"
        name_server = get("dns_server1") or router
        nic.ifconfig((get("ip_adr"), get("netmask"), router, name_server))
        return
    try:
        nic.ifconfig("dhcp")  # a fixed address of before would outlive a soft reset
    except (OSError, RuntimeError, ValueError):
        pass  # it is on
