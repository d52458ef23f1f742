"""The software's version: in the log, `status`, `version`, User-Agent and updates."""

VERSION = "0.1.0"
RELEASED = 1_788_220_800  # Unix seconds, not after its release: no clock that is right says less
