"""Storage: small files that are whole or not there. Needs a file system; used by the settings.

A storage has ``read(name)`` (bytes, None where there is none), ``write(name, data)`` and
``rename(old, new)`` (both raise OSError and leave what was before), ``append(name, data)``,
``create(name)`` (an open file, for what is written in slices), ``remove(name)``, ``names()``,
``wipe_later()`` (the next start wipes whatever was there; the seconds that this takes, 0 where it
is not needed), and ``root``, the path of its folder, with which it is made.
"""
