"""Finding what is installed, by name.

Rule 1: exactly one package may claim a name; two are an error that names both.
Rule 2: only the entry point that was asked for is imported, so one broken package breaks only itself.
"""

from __future__ import annotations

from typing import Any

from jackfield._installed import claimant, forget, points
from jackfield.errors import IncompleteProviderError, ProviderConflictError, ProviderNotFoundError

_KINDS = {
    "jackfield.providers": "provider",
    "jackfield.transports": "transport",
    "jackfield.plugins": "plugin",
    "jackfield.configurations": "configuration source",
    "jackfield.commands": "command",
}


def installed(group: str) -> dict[str, list[str]]:
    """Return the names in *group*, each with the packages that claim it as `name version`. Imports none of them."""
    names: dict[str, list[str]] = {}
    for point in points(group):
        names.setdefault(point.name, []).append(claimant(point))
    return dict(sorted(names.items()))


def first_installed(group: str, names: tuple[str, ...]) -> str:
    """Return the first of *names* that is installed in *group*, or the last one. Imports none of them."""
    return next((name for name in names if points(group, name)), names[-1])


def find(group: str, name: str) -> Any:
    """Import and return what the one entry point *name* of *group* points to.

    Raises:
        ProviderNotFoundError: Nothing installed has that name.
        ProviderConflictError: Two packages claim it.
        IncompleteProviderError: The one package that has it cannot be imported.
    """
    kind = _KINDS[group]
    claims = points(group, name)
    if not claims:
        forget()  # it may have been installed since
        claims = points(group, name)
    if not claims:
        names = list(installed(group))
        listed = ", ".join(names) or "none"
        hint = _nearest(name, names) or f"pip install jackfield-{name}"
        raise ProviderNotFoundError(
            f"no {kind} named {name!r}; installed: {listed}; {hint}", name=name, installed=names
        )
    if len(claims) > 1:
        claimants = [claimant(point) for point in claims]
        raise ProviderConflictError(
            f"{len(claims)} packages claim the {kind} {name!r}: {', '.join(claimants)}; uninstall all but one",
            claimants=claimants,
        )
    try:
        return claims[0].load()
    except Exception as error:
        raise IncompleteProviderError(
            f"the {kind} {name!r} of {claimant(claims[0])} cannot be imported: {type(error).__name__}: {error}; "
            f"upgrade or uninstall that package"
        ) from error


def _nearest(name: str, names: list[str]) -> str | None:
    """Return a question that names the installed name most like *name*."""
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

    nearest = get_close_matches(name, names, 1, 0.7)
    return f"did you mean {nearest[0]!r}?" if nearest else None
