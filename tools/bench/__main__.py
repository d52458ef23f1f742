"""``python -m tools.bench``: what bad web servers do to the event loop, and event to GET."""

import sys

from tools.bench.loop import main

sys.exit(main())
