"""The settings: what there is, what it is set to, and how that outlives a power cut.

Needs a storage, a log, and checks handed in for what other rooms must judge. Used by the phone's
assembly, the console, and by `tools`, which read the catalogue on the host.
"""
