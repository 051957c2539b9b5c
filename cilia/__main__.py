"""`python -m cilia` is the same program as `cilia`."""

from __future__ import annotations

import sys

from cilia.main import main

sys.exit(main())
