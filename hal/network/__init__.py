"""The network: one interface and its sockets. Needs network.WLAN or network.LAN; used by net, sip.

A network has ``start()``, ``up``, ``reason`` (why it is not), ``on_change(callback)``, ``mac``,
``address(peer)``, ``dns()``, ``udp(port)`` (a `Datagram`), ``connect(ip, port, tls, name)``
(asyncio's streams), ``serve(port, handler)``, and ``access_point``, None where there is none.
What fails raises OSError; nothing blocks. A driver is made with ``(nic, get, log)``: the
interface, the settings' ``get(name)``, the log.

One that has an access point (`access_point.AccessPoint`: ``start(ssid, key, channel)``,
``stop()``, ``address``, ``near(ip)``, ``serve``, ``udp``) has ``scan()`` too, which holds the loop
for two seconds, and ``joining`` (`joining.Joining`).
"""
