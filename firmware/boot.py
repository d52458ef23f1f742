"""Runs first, before a REPL too: ``from offhook import phone`` finds the software."""

import loader

loader.mount_flash()
loader.mount()
