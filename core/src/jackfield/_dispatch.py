"""Which function reads and writes things of which kind.

Rule 1: entities and sequences are found here, and what is registered by a function; all else is left to cattrs.
Rule 2: cattrs is imported when something is left to it. A first chat leaves nothing: that takes a tenth from the cost
of a start, and more where Python keeps no compiled code.
Rule 3: once it is there it is asked about everything, so that what is registered with it by type, or with an order of
its own, holds for all.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cattrs import Converter

    Function = Callable[..., Any]
    Check = Callable[[Any], bool]
    Own = tuple[Check, Callable[[Any, Converter], Function]]
else:
    Converter = object


T = TypeVar("T")
_MAKING = Lock()
"""Held while a converter of cattrs is made, so that of two threads which need it first neither has another one."""


class _Way:
    """The functions of one way, documents to entities or back. The last one that accepts a kind counts.

    Attributes:
        makers: What accepts kinds, and what makes the function for one.
    """

    __slots__ = ("_found", "makers")

    def __init__(self, makers: Sequence[tuple[Check, Callable[[Any], Function]]]) -> None:
        self.makers = list(makers)
        self._found: dict[Any, Function] = {}

    def register(self, check: Check, function: Function) -> None:
        """Use *function* for what *check* accepts."""
        self.makers.append((check, lambda _: function))
        self._found.clear()

    def find(self, kind: Any) -> Function | None:
        """Return the function for *kind*, None where that is left to cattrs."""
        function = self._found.get(kind)
        if function is None:
            make = next((make for check, make in reversed(self.makers) if check(kind)), None)
            if make is None:
                return None
            function = self._found[kind] = make(kind)
        return function


class LazyConverter(Converter):
    """A converter of cattrs, with all that one has, which is made when it is needed.

    Args:
        reading: What accepts kinds, and what makes the function that reads one.
        writing: The same for writing.
    """

    def __init__(self, reading: Sequence[Own], writing: Sequence[Own]) -> None:
        self._reading, self._writing = (
            _Way([(check, self._bound(make)) for check, make in each]) for each in (reading, writing)
        )
        self._made: Converter | None = None

    def _bound(self, make: Callable[[Any, Converter], Function]) -> Callable[[Any], Function]:
        return lambda kind: make(kind, self)

    def structure(self, obj: Any, cl: type[T]) -> T:
        """Return the document *obj* as a *cl*."""
        read: T = self.get_structure_hook(cl)(obj, cl)
        return read

    def unstructure(self, obj: Any, unstructure_as: Any = None) -> Any:
        """Return *obj* as a document."""
        return self.get_unstructure_hook(type(obj) if unstructure_as is None else unstructure_as)(obj)

    def get_structure_hook(self, type: Any, cache_result: bool = True) -> Any:  # noqa: A002, FBT001, FBT002 - as cattrs
        """Return what reads a *type*."""
        hook = self._reading.find(type) if self._made is None else None
        return (self._made or self._cattrs()).get_structure_hook(type, cache_result) if hook is None else hook

    def get_unstructure_hook(self, type: Any, cache_result: bool = True) -> Any:  # noqa: A002, FBT001, FBT002 - as cattrs
        """Return what writes a *type*."""
        hook = self._writing.find(type) if self._made is None else None
        return (self._made or self._cattrs()).get_unstructure_hook(type, cache_result) if hook is None else hook

    def register_structure_hook_func(self, check_func: Check, func: Function) -> None:
        """Read with *func* what *check_func* accepts."""
        self._reading.register(check_func, func)
        if self._made is not None:
            self._made.register_structure_hook_func(check_func, func)

    def register_unstructure_hook_func(self, check_func: Check, func: Function) -> None:
        """Write with *func* what *check_func* accepts."""
        self._writing.register(check_func, func)
        if self._made is not None:
            self._made.register_unstructure_hook_func(check_func, func)

    def __getattr__(self, name: str) -> Any:
        """Return what only a converter of cattrs has."""
        if name.startswith("__"):  # what copies an object, or pickles one, asks for more of them
            raise AttributeError(name)
        return getattr(self._made or self._cattrs(), name)

    def _cattrs(self) -> Converter:
        """Return the converter of cattrs, which knows all that is known here."""
        with _MAKING:
            if self._made is None:
                from cattrs import Converter as Made  # noqa: PLC0415 - rule 2

                made = Made(detailed_validation=False)
                for check, make in self._reading.makers:
                    made.register_structure_hook_factory(check, make)
                for check, make in self._writing.makers:
                    made.register_unstructure_hook_factory(check, make)
                self._made = made
            return self._made
