"""The software's version: in the log, `status`, `version`, User-Agent and updates."""

VERSION = "0.1.0"
