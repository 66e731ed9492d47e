"""Finding what is installed, by name. The only reader of installed packages' metadata.

Rule 1: exactly one package may claim a name; two are an error that names both.
Rule 2: only the entry point that was asked for is imported, so one broken package breaks only itself.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jackfield.errors import IncompleteProviderError, ProviderConflictError, ProviderNotFoundError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_KINDS = {
    "jackfield.providers": "provider",
    "jackfield.transports": "transport",
    "jackfield.plugins": "plugin",
    "jackfield.configurations": "configuration source",
    "jackfield.commands": "command",
}


@lru_cache(maxsize=4)
def _scan(_path: tuple[str, ...]) -> dict[str, tuple[EntryPoint, ...]]:
    """Read the entry points of every installed package, once per `sys.path`."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 25 ms that `import jackfield` does not pay

    try:
        every = entry_points()
        return {group: tuple(every.select(group=group)) for group in _KINDS}
    except Exception:  # noqa: BLE001 - some package's metadata are broken, which must break that package alone
        points = _readable()
        return {group: tuple(point for point in points if point.group == group) for group in _KINDS}


def _readable() -> list[EntryPoint]:
    """Read package by package, leaving out those whose metadata cannot be read."""
    from importlib.metadata import distributions  # noqa: PLC0415 - as in _scan

    points: dict[str, list[EntryPoint]] = {}
    for distribution in distributions():
        try:
            # The first of a name on the path is the one that is imported.
            points.setdefault(distribution.name, list(distribution.entry_points))
        except Exception:  # noqa: BLE001, S112 - it breaks only itself
            continue
    return [point for each in points.values() for point in each]


def installed(group: str) -> dict[str, list[str]]:
    """Return the names in *group*, each with the packages that claim it as `name version`. Imports none of them."""
    names: dict[str, list[str]] = {}
    for point in _scan(tuple(sys.path))[group]:
        names.setdefault(point.name, []).append(_distribution(point))
    return dict(sorted(names.items()))


def first_installed(group: str, names: tuple[str, ...]) -> str:
    """Return the first of *names* that is installed in *group*, or the last one. Imports none of them."""
    claimed = {point.name for point in _scan(tuple(sys.path))[group]}
    return next((name for name in names if name in claimed), names[-1])


def find(group: str, name: str) -> Any:
    """Import and return what the one entry point *name* of *group* points to.

    Raises:
        ProviderNotFoundError: Nothing installed has that name.
        ProviderConflictError: Two packages claim it.
        IncompleteProviderError: The one package that has it cannot be imported.
    """
    kind = _KINDS[group]
    points = [point for point in _scan(tuple(sys.path))[group] if point.name == name]
    if not points:
        _scan.cache_clear()  # it may have been installed since
        points = [point for point in _scan(tuple(sys.path))[group] if point.name == name]
    if not points:
        names = list(installed(group))
        listed = ", ".join(names) or "none"
        hint = _nearest(name, names) or f"pip install jackfield-{name}"
        raise ProviderNotFoundError(
            f"no {kind} named {name!r}; installed: {listed}; {hint}", name=name, installed=names
        )
    if len(points) > 1:
        claimants = [_distribution(point) for point in points]
        raise ProviderConflictError(
            f"{len(points)} packages claim the {kind} {name!r}: {', '.join(claimants)}; uninstall all but one",
            claimants=claimants,
        )
    try:
        return points[0].load()
    except Exception as error:
        raise IncompleteProviderError(
            f"the {kind} {name!r} of {_distribution(points[0])} cannot be imported: {type(error).__name__}: {error}; "
            f"upgrade or uninstall that package"
        ) from error


def _distribution(point: EntryPoint) -> str:
    """Return name and version of the package behind *point*."""
    if point.dist is None or point.dist.name is None:  # a package may lack its metadata
        return point.value
    return f"{point.dist.name} {point.dist.version}"


def _nearest(name: str, names: list[str]) -> str | None:
    """Return a question that names the installed name most like *name*."""
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

    nearest = get_close_matches(name, names, 1, 0.7)
    return f"did you mean {nearest[0]!r}?" if nearest else None
