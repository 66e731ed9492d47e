"""The command `newsroom`: `summary ARTICLE`, `headlines ARTICLE...`, `nearest ARTICLE OTHER...`."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from jackfield import AsyncClient, Client, JackfieldError

from newsroom import headlines, nearest, summary
from newsroom.backend import backend


def main() -> None:
    """Do what the command line says."""
    try:
        run(*sys.argv[1:])
    except JackfieldError as error:
        sys.exit(f"newsroom: {error}")


def run(task: str, article: str, *others: str) -> None:
    """Do one task."""
    name, options = backend()
    if "headlines" == task:
        print(*asyncio.run(written(name, options, [article, *others])), sep="\n")
        return
    with Client(name, **options) as client:
        if "nearest" == task:
            print(nearest(client, article, others))
        else:
            for piece in summary(client, article):
                print(piece, end="", flush=True)
            print()


async def written(name: str, options: dict[str, Any], articles: Sequence[str]) -> list[str]:
    """Return headlines, by a client for asyncio."""
    async with AsyncClient(name, **options) as client:
        return await headlines(client, articles)


if __name__ == "__main__":
    main()
