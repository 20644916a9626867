"""`python -m console` is `ward-console`."""

from __future__ import annotations

import sys

from console.cli import main

sys.exit(main())
