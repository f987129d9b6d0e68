"""A PyTorch result as a gradient flow: `mirror` it, and draw it, explore it, ask about it.

PyTorch is optional: nothing else in the package needs it.
"""

from __future__ import annotations

from ..errors import NotInstalled

try:
    import torch as _torch  # noqa: F401
except ImportError:
    raise NotInstalled("PyTorch", "torch") from None

from .mirrored import MirroredFlow
from .mirroring import mirror
from .watching import watch

__all__ = ["MirroredFlow", "mirror", "watch"]
