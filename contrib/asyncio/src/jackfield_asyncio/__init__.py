"""The transport `asyncio`: HTTP/1.1 on the event loop, without threads.

`AsyncClient` uses it where it is installed and nothing else is asked for.
"""

from __future__ import annotations

from jackfield_asyncio._body import AsyncioBody
from jackfield_asyncio._transport import AsyncioTransport

__all__ = ["AsyncioBody", "AsyncioTransport"]
