"""What is installed: the entry points of packages, of ours alone.

Rule 1: which packages there are is what `importlib.metadata` says: of two with one name the first on the path counts.
Rule 2: folders are read here, and what does not mention us is not parsed: 1 ms for 120 packages, where `entry_points()`
takes 8. Whatever is unusual (a zip, an egg, a finder of somebody's own) is asked of `importlib.metadata`.
Rule 3: a package with broken metadata breaks only itself: it is left out.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.machinery import PathFinder
from os import listdir
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.metadata import EntryPoint

_OURS = b"jackfield."
"""What every group of ours begins with."""
_ENDINGS = (".dist-info", ".egg-info")


def points(group: str, name: str | None = None) -> list[EntryPoint]:
    """Return the entry points of *group*, or those of it that have that name."""
    path = tuple(sys.path)
    folders = _folders(path) if _is_usual() else None
    found = _asked(path, group) if folders is None else _parsed(folders, group, name)
    return [point for point in found if point.group == group and name in (None, point.name)]


def claimant(point: EntryPoint) -> str:
    """Return name and version of the package behind *point*."""
    if point.dist is None or point.dist.name is None:  # a package may lack its metadata
        return point.value
    return f"{point.dist.name} {point.dist.version}"


def forget() -> None:
    """Look again the next time: something may have been installed."""
    _folders.cache_clear()
    _asked.cache_clear()


def _is_usual() -> bool:
    """Tell whether Python's own finder alone knows of packages."""
    return [PathFinder] == [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]


@lru_cache(maxsize=4)
def _folders(path: tuple[Any, ...]) -> Sequence[tuple[str, bytes]] | None:
    """Return the folder of each package that mentions us with the text of its entry points, once per `sys.path`.

    None where something on the path is no folder.
    """
    found = []
    seen = set()
    for place in path:
        try:
            if not isinstance(place, str) or place.lower().endswith(".egg"):
                return None
            names = listdir(place or ".")  # noqa: PTH208 - paths as objects cost more than the reading
        except NotADirectoryError:  # a zip
            return None
        except OSError:  # not there, as Python's own zip of its library
            continue
        for name in names:
            lower = name.lower()
            if lower.endswith(_ENDINGS) and (package := _package(lower)) not in seen:
                seen.add(package)
                folder = f"{place or '.'}/{name}"
                text = _text(folder)
                if _OURS in text:
                    found.append((folder, text))
    return tuple(found)


def _package(info: str) -> str:
    """Return the package's name in that of its folder, spelt so that equal names are equal strings (PEP 503)."""
    name = info.rpartition(".")[0].partition("-")[0].replace(".", "_")
    while "__" in name:
        name = name.replace("__", "_")
    return name


def _text(folder: str) -> bytes:
    """Return the text of a package's entry points; most have none."""
    try:
        with open(f"{folder}/entry_points.txt", "rb") as file:  # noqa: PTH123 - as above
            return file.read()
    except OSError:
        return b""


def _parsed(folders: Sequence[tuple[str, bytes]], group: str, name: str | None) -> Iterator[EntryPoint]:
    """Give the entry points of the packages that mention *group* and *name*."""
    from importlib.metadata import PathDistribution  # noqa: PLC0415 - 15 ms that `import jackfield` does not pay
    from pathlib import Path  # noqa: PLC0415 - the same

    spelt, named = group.encode(), (name or "").encode("utf-8", "surrogatepass")  # no package can have such a name
    for folder, text in folders:
        if spelt in text and named in text:
            try:
                yield from PathDistribution(Path(folder)).entry_points
            except Exception:  # noqa: BLE001, S112 - rule 3
                continue


@lru_cache(maxsize=16)
def _asked(_path: tuple[str, ...], group: str) -> Sequence[EntryPoint]:
    """Return the entry points of *group* as `importlib.metadata` finds them, once per `sys.path`."""
    from importlib.metadata import distributions, entry_points  # noqa: PLC0415 - as in _parsed

    try:
        return tuple(entry_points(group=group))
    except Exception:  # noqa: BLE001 - some package's metadata are broken
        readable: dict[str, Sequence[EntryPoint]] = {}
        for distribution in distributions():
            try:
                readable.setdefault(distribution.name, tuple(distribution.entry_points))
            except Exception:  # noqa: BLE001, S112 - rule 3
                continue
        return tuple(point for each in readable.values() for point in each)
