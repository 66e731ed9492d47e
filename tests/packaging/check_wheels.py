"""Check what every wheel and source archive in a folder carries. Run by `nox -s wheels`: `check_wheels.py DIST`."""

from __future__ import annotations

import email
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile


def problems_of(path: Path) -> list[str]:
    """Return what is missing in the wheel at *path*."""
    with ZipFile(path) as wheel:
        names = wheel.namelist()
        info = next(name.split("/")[0] for name in names if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
    packages = {name.split("/")[0] for name in names} - {info}
    facts = {
        "the licence": f"{info}/licenses/LICENSE" in names,
        "the licence's name": "MIT" == metadata["License-Expression"],
        "a README as its description": str(metadata.get_payload()).lower().startswith(f"# {metadata['Name']}"),
        "the README's format": "text/markdown" == metadata["Description-Content-Type"],
        "a summary": bool(metadata["Summary"]),
        "the Python it needs": ">=3.11" == metadata["Requires-Python"],
        "py.typed": all(f"{package}/py.typed" in names for package in packages),
        "a package, and one alone": len(packages) == (0 if "jackfield" == metadata["Name"] else 1),
        "nothing that runs unasked": not any(name.endswith(".pth") for name in names),
    }
    return [fact for fact, holds in facts.items() if not holds]


def main(folder: Path) -> int:
    """Print what is missing, archive by archive; return how many lack something."""
    wheels, archives = sorted(folder.glob("*.whl")), sorted(folder.glob("*.tar.gz"))
    found = {path.name: problems_of(path) for path in wheels}
    for path in archives:
        with tarfile.open(path) as archive:
            names = {name.split("/", 1)[1] for name in archive.getnames()}
        found[path.name] = sorted({"LICENSE", "README.md", "pyproject.toml"} - names)
    for name, problems in found.items():
        print(name, "lacks " + ", ".join(problems) if problems else "is whole")
    return sum(map(bool, found.values())) if wheels and len(wheels) == len(archives) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
