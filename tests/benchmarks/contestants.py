"""Who is measured: the floor and Jackfield in each of their forms, and the peers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product

import environments


@dataclass(frozen=True)
class Contestant:
    """One of those who are compared.

    Attributes:
        name: As the table shows it.
        module: Its file in `peers`.
        python: The interpreter of its environment.
        json: `orjson` or `stdlib`.
        asyncio: Whether it is the asyncio form.
        peer: Whether it is somebody else's.
    """

    name: str
    module: str
    python: str = sys.executable
    json: str = "orjson"
    asyncio: bool = False
    peer: bool = False

    @property
    def form(self) -> tuple[bool, str]:
        """Whether it is the asyncio form, and which JSON it has."""
        return self.asyncio, self.json


def _named(name: str, asyncio: bool, json: str) -> str:
    return ", ".join([name, *(["asyncio"] if asyncio else []), *(["json"] if "stdlib" == json else [])])


def _forms(name: str, module: str) -> list[Contestant]:
    installed = ["orjson"] if find_spec("orjson") else []
    return [
        Contestant(_named(name, asyncio, json), module, json=json, asyncio=asyncio)
        for asyncio, json in product((False, True), [*installed, "stdlib"])
    ]


def floors() -> list[Contestant]:
    """Return the floor: urllib3 or aiohttp, with orjson and with the standard library's json."""
    return _forms("floor", "floor")


def ours() -> list[Contestant]:
    """Return Jackfield: blocking or asyncio, with orjson and without."""
    return _forms("jackfield", "ours")


def peer(name: str) -> Contestant:
    """Return the peer *name*, its environment made where it is not there yet."""
    return Contestant(name, name.replace("-", "_"), str(environments.python_of(name)), peer=True)
