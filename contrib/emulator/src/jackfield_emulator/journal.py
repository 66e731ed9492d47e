"""What was asked, for tests to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, overload

from attrs import field, frozen


@frozen
class Record:
    """One request and what became of it.

    Attributes:
        surface: `openai`, `azure-dated`, `azure-v1`, `identity`, `pictures`, or None for a path that is nobody's.
        operation: `chat.completions`, `images.generations`, `images.edits`, `images.variations`, `embeddings`,
            `models`, `token`, `picture`, or None.
        method: In upper case.
        path: Without the query, still quoted.
        query: Names and values, unquoted.
        headers: Names in lower case. Not in the repr: credentials are among them.
        body: The JSON document; or a form as one, files told by name, type and size; or the text of a body that is
            neither, or None without a body.
        status: What was answered.
        deployment: The deployment that was asked for, on Azure.
        credentials: Which were sent: any of `api-key` and `bearer`, in this order. Both together is a mistake that
            Azure forgives.
    """

    surface: str | None
    operation: str | None
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: Any
    status: int
    deployment: str | None = None
    credentials: tuple[str, ...] = ()


class Journal(Sequence[Record]):
    """The records, oldest first. It may be read while requests come in."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._lock = Lock()

    def add(self, record: Record) -> None:
        """Write a record down."""
        with self._lock:
            self._records.append(record)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._records.clear()

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        """Return a record, or several."""
        with self._lock:
            return self._records[index]

    def __len__(self) -> int:
        """Count the records."""
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        """Iterate over what is there now."""
        with self._lock:
            return iter(self._records.copy())

    def __repr__(self) -> str:
        """Show the records."""
        return f"Journal({list(self)!r})"
