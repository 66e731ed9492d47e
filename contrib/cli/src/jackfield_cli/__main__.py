"""`python -m jackfield_cli`: the command `jackfield`, where its script is not on the path."""

from __future__ import annotations

import sys

from jackfield_cli import main

if __name__ == "__main__":
    sys.exit(main())
