"""A PyTorch result as a gradient flow: `mirror` it, and draw it, explore it, ask about it.

PyTorch is optional: nothing else in the package needs it.
"""

from __future__ import annotations

from ..errors import NotInstalled

try:
    import torch as _torch  # noqa: F401
except ImportError:
    raise NotInstalled("PyTorch", "torch") from None

from ..exercises.traps import traps
from .mirrored import MirroredFlow
from .mirroring import mirror
from .predicting import Forecast, predict
from .watching import watch

__all__ = ["Forecast", "MirroredFlow", "mirror", "predict", "traps", "watch"]
