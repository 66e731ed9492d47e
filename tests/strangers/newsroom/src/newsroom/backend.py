"""Who answers: what is installed, and one setting, such as `NEWSROOM_PROVIDER=acme?chat_model=small`."""

import os
from importlib.metadata import entry_points
from typing import Any
from urllib.parse import parse_qsl

from jackfield import SetupError

SETTING = "NEWSROOM_PROVIDER"


def backend() -> tuple[str, dict[str, Any]]:
    """Return the provider's name and what its client is given; where the setting names none, the one installed."""
    name, _, options = os.environ.get(SETTING, "").partition("?")
    return name or only_one(), dict(parse_qsl(options))


def only_one() -> str:
    """Return the name of the one provider that is installed."""
    installed = sorted(entry_points(group="jackfield.providers").names)
    if not installed:
        raise SetupError("no provider is installed; install the package of one, such as jackfield-NAME")
    if len(installed) > 1:
        raise SetupError(f"several providers are installed; set {SETTING} to one of {', '.join(installed)}")
    return installed[0]
