"""Print the tests that failed in pytest's last run, one a line; for .ci/run."""

import json
import sys

from tools.sources import ROOT

_CACHE = ROOT / ".pytest_cache/v/cache/lastfailed"


def main():
    """Print them."""
    if _CACHE.exists():
        print("\n".join(sorted(json.loads(_CACHE.read_text("utf-8")))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
