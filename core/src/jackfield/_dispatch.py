"""Which function reads and writes things of which kind.

Rule 1: entities and sequences are found here, and what a wire says when it makes its converter; all else is left to
cattrs.
Rule 2: cattrs is imported when something is left to it. A first chat leaves nothing: that takes a tenth from the cost
of a start, and more where Python keeps no compiled code.
Rule 3: from then on it is asked about everything. So whatever is registered, by type or by a function, means what it
means to cattrs, before what is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from cattrs import Converter as _Converter
else:
    _Converter = object

T = TypeVar("T")
Function: TypeAlias = Callable[..., Any]
Maker: TypeAlias = tuple[Callable[[Any], bool], Callable[[Any, Any], Function]]
"""What accepts a kind, and what makes the function for one from the kind and the converter."""
_MAKING = Lock()
"""Held while a converter of cattrs is made, so that two threads which need it first have the same one."""


class Converter(_Converter):
    """A converter of cattrs, with all that one has, which is made when it is needed.

    Args:
        reading: What makes the functions that read; the last that accepts a kind counts.
        writing: The same for writing.
    """

    __slots__ = ("_made", "_readers", "_reading", "_writers", "_writing")

    def __init__(self, reading: Sequence[Maker], writing: Sequence[Maker]) -> None:
        self._reading, self._writing = reading, writing
        self._readers: dict[Any, Function] = {}
        self._writers: dict[Any, Function] = {}
        self._made: _Converter | None = None

    def structure(self, obj: Any, cl: type[T]) -> T:
        """Return the document *obj* as a *cl*."""
        read: T = self.get_structure_hook(cl)(obj, cl)
        return read

    def unstructure(self, obj: Any, unstructure_as: Any = None) -> Any:
        """Return *obj* as a document."""
        return self.get_unstructure_hook(obj.__class__ if unstructure_as is None else unstructure_as)(obj)

    def get_structure_hook(self, type: Any, cache_result: bool = True) -> Any:  # noqa: A002, FBT001, FBT002 - as cattrs
        """Return what reads a *type*."""
        if self._made is None and cache_result:
            hook = self._readers.get(type) or self._found(type, self._reading, self._readers)
            if hook is not None:
                return hook
        return (self._made or self._cattrs()).get_structure_hook(type, cache_result)

    def get_unstructure_hook(self, type: Any, cache_result: bool = True) -> Any:  # noqa: A002, FBT001, FBT002 - as cattrs
        """Return what writes a *type*."""
        if self._made is None and cache_result:
            hook = self._writers.get(type) or self._found(type, self._writing, self._writers)
            if hook is not None:
                return hook
        return (self._made or self._cattrs()).get_unstructure_hook(type, cache_result)

    def _found(self, kind: Any, makers: Sequence[Maker], found: dict[Any, Function]) -> Function | None:
        make = next((make for accepts, make in reversed(makers) if accepts(kind)), None)
        if make is None:
            return None
        function = found[kind] = make(kind, self)
        return function

    def _cattrs(self) -> _Converter:
        """Return the converter of cattrs, which knows all that is known here."""
        with _MAKING:
            if self._made is None:
                from cattrs import Converter as Made  # noqa: PLC0415 - rule 2

                made = Made(detailed_validation=False)
                for accepts, make in self._reading:
                    made.register_structure_hook_factory(accepts, self._bound(make))
                for accepts, make in self._writing:
                    made.register_unstructure_hook_factory(accepts, self._bound(make))
                self._made = made
            return self._made

    def _bound(self, make: Callable[[Any, Converter], Function]) -> Callable[[Any], Function]:
        return lambda kind: make(kind, self)

    def __getattr__(self, name: str) -> Any:
        """Return what only a converter of cattrs has: what registers, for instance."""
        if name.startswith("__") or name in self.__slots__:  # what copies an object asks before there is anything
            raise AttributeError(name)
        return getattr(self._made or self._cattrs(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set what is set of a converter of cattrs there."""
        if name in self.__slots__:
            object.__setattr__(self, name, value)
        else:
            setattr(self._cattrs(), name, value)
