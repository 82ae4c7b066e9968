"""Configures a child process of speed.py that measures our side, as clipgen's commands do: before torch is imported."""

from __future__ import annotations

import os

from clipgen.process import configure

#: variable with the side that a child measures
SIDE = "CLIPGEN_BENCHMARK_SIDE"

if os.environ.get(SIDE) == "ours":
    configure()
