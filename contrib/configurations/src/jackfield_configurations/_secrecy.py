"""Which settings are secrets, and which values look like one.

The provider's own word holds where it can be asked; beside it the name and the value decide, so that a key which was
written under a misspelt name, or for a provider that is not installed, is not shown either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jackfield.configuration import settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.configuration import SettingFacts

_NAMES = re.compile(r"(^|_)(api_?key|key|token|secret|password|passwd|authorization|bearer)s?($|_)", re.IGNORECASE)
_VALUES = re.compile(r"(Bearer\s+)?(sk-[\w-]{17,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)\Z")
"""Keys of the OpenAI platform's kind, and tokens of Entra's."""


def facts_of(provider: str) -> Mapping[str, SettingFacts]:
    """Return a provider's settings by name; none where it cannot be asked, which a check tells."""
    try:
        return {each.name: each for each in settings_of(provider)}
    except Exception:  # noqa: BLE001 - somebody's broken package is no obstacle for another's settings
        return {}


def is_secret(name: str, facts: Mapping[str, SettingFacts]) -> bool:
    """Tell whether a setting of that name is a secret."""
    return facts[name].secret if name in facts else bool(_NAMES.search(name.replace("-", "_")))


def looks_secret(value: Any) -> bool:
    """Tell whether a value is a key by its look, or an address with a password in it."""
    if not isinstance(value, str):
        return False
    if _VALUES.match(value.strip()):
        return True
    try:
        return "@" in value and urlsplit(value.strip()).username is not None
    except ValueError:
        return False
