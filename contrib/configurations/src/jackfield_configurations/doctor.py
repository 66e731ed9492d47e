"""Finding out why a provider's settings do not work, for programs; `jackfield config doctor` is the same by hand."""

from __future__ import annotations

from jackfield_configurations._doctor import Finding, examine

__all__ = ["Finding", "examine"]
