"""Runs first, before a REPL too: ``from offhook import phone`` finds the software in /app."""

import sys

sys.path.append("/app")
