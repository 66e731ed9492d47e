"""The command `jackfield emulate`; without jackfield-cli, `python -m jackfield_emulator`."""

from __future__ import annotations

import sys
from threading import Event
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield_emulator.emulator import Emulator
    from jackfield_emulator.journal import Record

EPILOG = """\
\b
Examples:
  jackfield emulate
  jackfield emulate --deployment chat=gpt-4o --deployment vectors=text-embedding-3-small
  jackfield emulate --pace 0.05 --token-lifetime 60
  jackfield emulate --scenario stream-cut
"""


def _named(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Return what `NAME=MODEL` says; a `NAME` alone is a model's too."""
    found = {}
    for each in given:
        name, equals, model = each.partition("=")
        if not name or (equals and not model):
            raise click.BadParameter(f"{each!r} is not NAME=MODEL", param=option)
        found[name] = model or name
    return found


def _known(_: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """Return the name of a scenario that there is."""
    from jackfield_emulator._scenarios import named  # noqa: PLC0415 - `--help` needs none

    try:
        return None if given is None else named(given).name
    except ValueError as error:
        raise click.BadParameter(str(error), param=option) from error


def _list(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    """Write what there is, and end."""
    if not wanted or context.resilient_parsing:
        return
    from jackfield_emulator._scenarios import SCENARIOS  # noqa: PLC0415 - `--help` needs none

    widest = max(map(len, SCENARIOS))
    for name, scenario in SCENARIOS.items():
        click.echo(f"{name:{widest}}  {scenario.does}")
    context.exit()


@click.command(epilog=EPILOG)
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 is a free port.")
@click.option("--api-key", default="sk-emulator", show_default=True, help="The key that is asked for.")
@click.option(
    "--deployment",
    "deployments",
    metavar="NAME=MODEL",
    callback=_named,
    multiple=True,
    help="A deployment on Azure; may be repeated. [default: every model under its own name]",
)
@click.option("--model", "models", multiple=True, help="A model beside those of the catalogue; may be repeated.")
@click.option(
    "--pace", type=click.FloatRange(0), default=0.02, show_default=True, help="Seconds between a stream's pieces."
)
@click.option(
    "--token-lifetime", type=click.FloatRange(0), default=3600.0, show_default=True, help="Of a token, in seconds."
)
@click.option("--scenario", metavar="NAME", callback=_known, help="Misbehave in that way.")
@click.option(
    "--list-scenarios", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the ways, and end."
)
@click.option("--quiet", is_flag=True, help="Do not tell about each request.")
def emulate(
    port: int,
    api_key: str,
    deployments: dict[str, str],
    models: tuple[str, ...],
    pace: float,
    token_lifetime: float,
    scenario: str | None,
    quiet: bool,  # noqa: FBT001 - click passes by name
) -> None:
    """Answer as OpenAI and Azure OpenAI do, on this machine, until Ctrl-C.

    Standard output gets how to reach it; standard error a line for each request.
    """
    from jackfield_emulator.emulator import Emulator  # noqa: PLC0415 - `--help` needs no server

    emulator = Emulator(
        api_key=api_key,
        deployments=deployments or None,
        models=models,
        port=port,
        pace=pace,
        token_lifetime=token_lifetime,
        watch=None if quiet else _tell,
        scenario=scenario,
    )
    try:
        _serve(emulator, port)
    except KeyboardInterrupt:
        click.echo("\nThe emulator has ended.", err=True)


def _serve(emulator: Emulator, port: int) -> None:
    """Serve until the user has had enough."""
    try:
        emulator.start()
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}: {error.strerror}; try --port 0") from error
    try:
        for line in _directions(emulator):
            click.echo(line)
        sys.stdout.flush()
        forever = Event()
        while not forever.wait(3600):  # without a timeout, Ctrl-C does not reach it on Windows
            pass
    finally:
        emulator.close()


def _tell(record: Record) -> None:
    version = record.query.get("api-version")
    query = f"?api-version={version}" if version else ""
    click.echo(f"{record.status} {record.method} {record.path}{query}", err=True)


def _directions(emulator: Emulator) -> Iterator[str]:
    """Return how to reach it: addresses, then for each provider a line of Python and lines for the shell."""
    settings, environment = emulator.settings, emulator.environment
    key = emulator.azure_api_key
    yield f"The emulator listens on {emulator.url}; Ctrl-C ends it."
    if emulator.scenario is not None:
        yield f"It misbehaves: {emulator.scenario}."
    yield ""
    for name, address in (
        ("OpenAI", emulator.openai_url),
        ("Azure, dated", emulator.azure_url),
        ("Azure, v1", emulator.azure_v1_url),
        ("managed identity", emulator.token_endpoint),
    ):
        yield f"  {name:17} {address}"
    yield f"  {'key':17} {emulator.api_key}"
    yield f"  {'deployments':17} {', '.join(_spelt(emulator.deployments))}"
    yield ""
    yield "openai"
    yield f'  Client("openai", endpoint="{settings["openai"]["endpoint"]}", api_key="{emulator.api_key}")'
    yield from _exports(environment, "OPENAI_BASE_URL", "OPENAI_API_KEY")
    yield ""
    yield "azure-apikey"
    yield f'  Client("azure-apikey", endpoint="{emulator.azure_url}", api_key="{key}")'
    yield f'  Client("azure-apikey", endpoint="{emulator.azure_v1_url}", api_key="{key}")'
    yield from _exports(environment, "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION")
    yield ""
    yield "azure-entra"
    yield f'  Client("azure-entra", endpoint="{emulator.azure_url}", credential=ManagedIdentityCredential())'
    yield from _exports(environment, "AZURE_OPENAI_ENDPOINT", "IDENTITY_ENDPOINT", "IDENTITY_HEADER")


def _spelt(deployments: dict[str, str]) -> list[str]:
    return [name if name == model else f"{name}={model}" for name, model in deployments.items()]


def _exports(environment: dict[str, str], *names: str) -> Iterator[str]:
    for name in names:
        yield f"  export {name}={environment[name]}"
