"""Imported once by the process from which killed commands are forked: what takes long to import."""

import clipgen.cli.generate  # noqa: F401
import clipgen.cli.main  # noqa: F401
from clipgen.process import configure

configure()

import torch  # noqa: E402, F401

import clipgen.cli.filming  # noqa: E402, F401
import clipgen.cli.run  # noqa: E402, F401
import clipgen.perceptors.openclip.load  # noqa: E402, F401
import clipgen.studio  # noqa: E402, F401
