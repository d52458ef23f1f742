"""The software's version: in the log, `status`, `version`, User-Agent and updates."""

VERSION = "0.1.0"
RELEASED = 1_735_689_600  # Unix seconds, before its release: no clock that is right says less
