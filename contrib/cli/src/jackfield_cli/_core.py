"""What the command line uses of the core beyond its public names: what is installed, and the environment."""

from __future__ import annotations

from jackfield._discovery import find, installed

__all__ = ["environment", "find", "installed"]


def environment(name: str) -> str | None:
    """Return an environment variable; None where it is unset or blank."""
    from jackfield._settings import environment as variable  # noqa: PLC0415 - imports attrs, which listing does not need

    return variable(name)
