"""A request, as it came."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from attrs import frozen

from jackfield_emulator._forms import gathered, parsed

_SLASHES = re.compile("/{2,}")


@frozen
class Asked:
    """A request.

    Attributes:
        number: Which request this is, counted from 1.
        method: In upper case.
        target: Path and query as they stood in the request line.
        headers: Names in lower case; of a repeated one the values joined with a comma.
        content: The body.
        url: The server's own address, as the client spells it, without a slash at the end.
    """

    number: int
    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes
    url: str

    @property
    def path(self) -> str:
        """The path, still quoted; Azure's doubled slashes are one, as there."""
        return _SLASHES.sub("/", self.target.partition("?")[0])

    @property
    def steps(self) -> list[str]:
        """The path's parts, unquoted."""
        return [unquote(step) for step in self.path.strip("/").split("/")]

    @property
    def query(self) -> dict[str, str]:
        """The query; of a repeated name the last value."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def document(self) -> Any:
        """The body as JSON, or None if it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, Any] | None:
        """The body as a form, files among its values, or None if it is none."""
        fields = parsed(self.headers.get("content-type", ""), self.content)
        return None if fields is None else gathered(fields)

    @property
    def bearer(self) -> str | None:
        """What stands behind `Authorization: Bearer`."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if "bearer" == scheme.lower() else None
