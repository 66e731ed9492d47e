"""`python -m jackfield_emulator`."""

from __future__ import annotations

from jackfield_emulator.command import emulate

if __name__ == "__main__":
    emulate(prog_name="python -m jackfield_emulator")
