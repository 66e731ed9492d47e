"""Names of configurations."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST = 100


def folded(name: str) -> str:
    """Return *name* without what makes no difference: case, and how many blanks there are."""
    return " ".join(name.split()).casefold()


def problem_of(name: str) -> str | None:
    """Return what is wrong with a name, or None."""
    if not name.strip():
        return "name: must not be empty"
    if name != " ".join(name.split()):
        return f"name: must have no blanks around it and single ones within it, not {name!r}"
    if len(name) > _LONGEST or not name.isprintable():
        return f"name: must be printable and at most {_LONGEST} characters long"
    return None


def matching(name: str, names: Iterable[str]) -> str | None:
    """Return the one of *names* that *name* means, or None."""
    wanted = folded(name)
    return next((each for each in names if folded(each) == wanted), None)


def nearest(name: str, names: Sequence[str]) -> str:
    """Return a question that names the name most like *name*, with what goes before it; nothing where none is."""
    by_fold = {folded(each): each for each in names}
    found = get_close_matches(folded(name), by_fold, 1, 0.6)
    return f"; did you mean {by_fold[found[0]]!r}?" if found else ""


def twins(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of names that are one name."""
    seen: dict[str, str] = {}
    return [(other, each) for each in names if (other := seen.setdefault(folded(each), each)) != each]
