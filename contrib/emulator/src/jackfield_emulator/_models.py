"""The models there are: what each is for, and what the vendor calls it in an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["chat", "images", "embeddings"]


@frozen
class Model:
    """A model.

    Attributes:
        name: What requests call it.
        snapshot: What answers call it.
        kind: What it can do.
        created: When the vendor says that it appeared, in seconds.
        reasoning: It thinks before it answers, and takes no sampling parameters.
        size: Of an embedding model, the length of its vectors.
        shrinks: Of an embedding model, whether they can be had shorter.
    """

    name: str
    snapshot: str
    kind: Kind = "chat"
    created: int = 1715367049
    reasoning: bool = False
    size: int = 1536
    shrinks: bool = True


_ALL = (
    Model("gpt-3.5-turbo", "gpt-3.5-turbo-0125", created=1677610602),
    Model("gpt-4o", "gpt-4o-2024-11-20"),
    Model("gpt-4o-mini", "gpt-4o-mini-2024-07-18", created=1721172741),
    Model("gpt-4.1", "gpt-4.1-2025-04-14", created=1744316542),
    Model("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", created=1744318173),
    Model("gpt-5", "gpt-5-2025-08-07", created=1754425777, reasoning=True),
    Model("gpt-5-mini", "gpt-5-mini-2025-08-07", created=1754425928, reasoning=True),
    Model("o4-mini", "o4-mini-2025-04-16", created=1744133506, reasoning=True),
    Model("dall-e-2", "dall-e-2", "images", created=1698798177),
    Model("dall-e-3", "dall-e-3", "images", created=1698785189),
    Model("gpt-image-1", "gpt-image-1", "images", created=1745517030),
    Model("gpt-image-1-mini", "gpt-image-1-mini", "images", created=1758845821),
    Model("gpt-image-2", "gpt-image-2", "images", created=1774915200),
    Model("text-embedding-3-large", "text-embedding-3-large", "embeddings", created=1705953180, size=3072),
    Model("text-embedding-3-small", "text-embedding-3-small", "embeddings", created=1705948997),
    Model("text-embedding-ada-002", "text-embedding-ada-002-v2", "embeddings", created=1671217299, shrinks=False),
)
CATALOGUE = {model.name: model for model in _ALL}
"""Those that are there without being asked for."""

_KINDS: tuple[tuple[str, Kind], ...] = (("dall-e", "images"), ("gpt-image", "images"), ("text-embedding", "embeddings"))
_REASONING = ("gpt-5", "o1", "o3", "o4")


def called(name: str) -> Model:
    """Return the model *name*; one that is not in the catalogue is what its name says."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    kinds: list[Kind] = [kind for beginning, kind in _KINDS if name.startswith(beginning)]
    kind: Kind = kinds[0] if kinds else "chat"
    return Model(name, name, kind, reasoning="chat" == kind and name.startswith(_REASONING))


def known(more: Iterable[str]) -> dict[str, Model]:
    """Return the catalogue with *more* models, by all the names under which they can be asked for."""
    models = [*_ALL, *map(called, more)]
    return {model.snapshot: model for model in models} | {model.name: model for model in models}
