"""Finds out why a configuration does not work, from the settings to the answer of a model.

Rule 1: each probe says one thing, in one line, as soon as it knows it; what cannot be known is 'skipped', and says why.
Rule 2: what a refusal means follows from its class, status, code and reason, never from its wording.
Rule 3: vendors' facts are tables, in `_facts`; which of them hold is told by the settings that a provider has.
Rule 4: no finding holds a credential: each one is scrubbed on its way out.
Rule 5: nothing is asked that costs more than a few tokens, and no picture is drawn unless that is allowed.
"""

from __future__ import annotations

from jackfield_configurations._doctor._examination import examine
from jackfield_configurations._doctor._finding import Finding, exit_code

__all__ = ["Finding", "examine", "exit_code"]
