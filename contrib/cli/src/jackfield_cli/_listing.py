"""The models of a provider, as a table or a document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield import MODELS
from jackfield_cli._documents import told
from jackfield_cli._opening import Answering, opened
from jackfield_cli._screen import Waiting, note, say
from jackfield_cli._telling import accounted, document, in_a_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield.operations.models import Model, ModelsResponse


@frozen(kw_only=True)
class Options(Answering):
    """What was typed."""

    words: Sequence[str]


def listing(options: Options) -> int:
    """Ask for the models, write those that are wanted, and return the exit code.

    Raises:
        UsageError: What was typed does not fit.
        JackfieldError: There is no list.
    """
    choice = options.choice()
    with accounted(options, choice, "models"):
        client, name, _ = opened(choice)
        with client, Waiting(f"waiting for {name}"):
            response = client.call(MODELS)
        wanted = _wanted(response.data, options.words)
        if options.as_json:
            say(document(_document(response, wanted)))
        else:
            _write(wanted)
        if not options.quiet:
            note(in_a_line([name, _counted(len(wanted), len(response.data))]))
    return 0


def _wanted(models: Sequence[Model], words: Sequence[str]) -> list[Model]:
    """Return the models whose name contains each of *words*, by name."""
    sought = [word.lower() for word in words]
    return sorted(
        (model for model in models if all(word in model.id.lower() for word in sought)), key=lambda model: model.id
    )


def _counted(wanted: int, there: int) -> str:
    models = "1 model" if there == 1 else f"{there} models"
    return models if wanted == there else f"{wanted} of {models}"


def _write(models: Sequence[Model]) -> None:
    """Write a table; of no models, nothing."""
    rows = [("MODEL", "OWNER", "CREATED"), *map(_row, models)] if models else []
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    for name, owner, created in rows:
        say(f"{name:{widths[0]}}  {owner:{widths[1]}}  {created}".rstrip())


def _row(model: Model) -> tuple[str, str, str]:
    """Return a model's facts, each on one line, whatever the provider put into them."""
    gone = f" (until {model.shutdown_date})" if model.shutdown_date else ""
    name, owner, created = (" ".join(fact.split()) for fact in (model.id, model.owned_by, _day(model.created) + gone))
    return name, owner, created


def _day(seconds: int) -> str:
    """Return the day of a moment in Unix seconds; nothing of one that is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""
    except (OverflowError, OSError, ValueError):
        return ""


def _document(response: ModelsResponse, wanted: Sequence[Model]) -> dict[str, Any]:
    return {
        "provider": response.meta.provider if response.meta else None,
        "models": [
            {
                "id": model.id,
                "owned_by": model.owned_by or None,
                "created": model.created or None,
                "shutdown_date": model.shutdown_date,
            }
            for model in wanted
        ],
        "meta": told(response.meta),
    }
