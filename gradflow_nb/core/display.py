"""The one upward line: classes that show themselves import their renderer when they are first shown."""

from __future__ import annotations

from typing import Any


class Shown:
    """Mixin: in a notebook the object shows what `gradflow_nb.show` makes of it; elsewhere it prints as text."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        from ..show import mimebundle

        return mimebundle(self)

    def __repr__(self) -> str:
        from ..errors import GradflowError
        from ..show import text

        try:
            return text(self)
        except GradflowError as error:  # a graph such as y = 1/0 is seen with what is wrong in it
            return f"<{type(self).__name__}: {error}>"
