"""What people do every day, as flows over calls: one file each.

Each is imported when it is first used: a program that chats makes no classes for pictures.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield.activities.ask import asking as asking
    from jackfield.activities.ask import asking_for as asking_for
    from jackfield.activities.conversation import chatting as chatting
    from jackfield.activities.conversation import completing as completing
    from jackfield.activities.embeddings import embedding as embedding
    from jackfield.activities.embeddings import embedding_batch as embedding_batch
    from jackfield.activities.pictures import drawing as drawing
    from jackfield.activities.pictures import drawing_many as drawing_many

_HOMES = {
    "ask": ("asking", "asking_for"),
    "conversation": ("chatting", "completing"),
    "embeddings": ("embedding", "embedding_batch"),
    "pictures": ("drawing", "drawing_many"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - it is a list


def __getattr__(name: str) -> Any:
    """Import the flow that is asked for from where it lives."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    flow = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = flow
    return flow
