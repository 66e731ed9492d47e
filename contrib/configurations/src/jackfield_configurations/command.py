"""The command `jackfield config`.

Only options are declared here. What a command does is in `_commands`, and imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

_FILE = "jackfield_configurations.file"
_STORES = ("keyring", "encrypted", "env")
_OPERATIONS = ("chat", "embeddings", "images")


def _epilog(*lines: str) -> str:
    """Return a help's examples; a line that begins with a blank goes on with the one before."""
    shown = (f"  {line}" if line.startswith(" ") else f"  jackfield config {line}" for line in lines)
    return "\b\nExample:\n" + "\n".join(shown)


def _remember(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    if path is not None:
        context.meta[_FILE] = path


def _file_option(command: F) -> F:
    """Add `--file`, which may stand before and after the command's name."""
    return click.option(
        "--file",
        type=click.Path(path_type=Path),
        metavar="PATH",
        expose_value=False,
        callback=_remember,
        help="The file of configurations. [default: JACKFIELD_CONFIG, else the one of this folder, else the user's]",
    )(command)


def _completed(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the names that begin so; none where the file cannot be read, which the command will tell."""
    from jackfield.errors import ConfigurationError  # noqa: PLC0415 - only when a shell asks
    from jackfield_configurations._places import find  # noqa: PLC0415

    try:
        return [name for name in find(context.meta.get(_FILE)).names() if name.startswith(incomplete)]
    except ConfigurationError:
        return []


def _name_argument(*, required: bool = False) -> Callable[[F], F]:
    """Return what adds the name of a configuration that is there."""
    return click.argument("name", required=required, shell_complete=_completed)


def _json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Write a JSON document.")(command)


def _setting_options(command: F) -> F:
    """Add the options that say what is in a configuration."""
    options = (
        click.option("--endpoint", metavar="URL", help="The address, as it was copied."),
        click.option("--deployment", metavar="NAME", help="The deployment (Azure)."),
        click.option("--api-version", metavar="DATE", help="The version (Azure), such as 2024-10-21, or v1."),
        click.option("--chat-model", metavar="NAME", help="The model for chats that name none."),
        click.option("--embeddings-model", metavar="NAME", help="The same for embeddings."),
        click.option("--images-model", metavar="NAME", help="The same for images."),
        click.option("--set", "given", metavar="NAME=VALUE", multiple=True, help="Any other setting; may be repeated."),
        click.option(
            "--secret-from-env",
            "references",
            metavar="[SETTING=]VARIABLE",
            multiple=True,
            help="Refer to an environment variable for the key or token; SETTING where another one is meant, "
            "headers.NAME for a header. May be repeated.",
        ),
        click.option("--secret-stdin", is_flag=True, help="Read the key or token from standard input."),
        click.option(
            "--set-secret",
            "asked",
            metavar="SETTING",
            multiple=True,
            help="Ask for that secret without showing it; or, with --secret-stdin, what is read is that one.",
        ),
        click.option(
            "--store",
            "--keep",
            "store",
            type=click.Choice(_STORES),
            help="Where the key is kept: the system's keyring, encrypted in the file, or as a reference to a variable.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(
    epilog=_epilog(
        "add work",
        "test work",
        "doctor work",
        "list --json",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@_file_option
def config() -> None:
    """Named configurations: a provider with its address, key and models, in a file that can be read and edited.

    Every command has its own --help. Keys are never shown, and never taken as an argument.
    """


@config.command("list", epilog=_epilog("list", "list --json"))
@_json_option
@_file_option
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """List the configurations; `*` marks the default."""
    from jackfield_configurations._commands._listing import list_all  # noqa: PLC0415 - `--help` needs none

    list_all(context.meta.get(_FILE), as_json=as_json)


@config.command(epilog=_epilog("show work", "show work --json"))
@_name_argument()
@_json_option
@_file_option
@click.pass_context
def show(context: click.Context, name: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Show a configuration; never a secret.

    Without NAME it is the default one. Of a secret is shown where it is kept.
    """
    from jackfield_configurations._commands._listing import show_one  # noqa: PLC0415 - `--help` needs none

    show_one(context.meta.get(_FILE), name, as_json=as_json)


@config.command(
    epilog=_epilog(
        "add",
        "add work --provider openai --chat-model gpt-4o-mini --secret-from-env OPENAI_API_KEY",
        "add azure --provider azure-apikey --endpoint https://NAME.openai.azure.com --deployment gpt-4o \\",
        "    --secret-stdin --store encrypted < key.txt",
    )
)
@click.argument("name", required=False)
@click.option("--provider", metavar="NAME", help="The provider. Without it, everything is asked for.")
@_setting_options
@click.option("--use", is_flag=True, help="Make it the default. The first one is.")
@click.option("--replace", is_flag=True, help="Replace the configuration of that name.")
@_file_option
@click.pass_context
def add(context: click.Context, /, **options: Any) -> None:
    """Add a configuration, by questions or by options.

    What is pasted as an address may be anything that a portal shows, such as a deployment's target URI. The key is
    asked for without being shown.
    """
    from jackfield_configurations._commands import _adding  # noqa: PLC0415 - `--help` needs none

    _adding.add(context.meta.get(_FILE), _adding.Options(**options))


@config.command(epilog=_epilog("edit work --chat-model gpt-4o", "edit work --set-secret api_key", "edit work"))
@_name_argument()
@_setting_options
@click.option("--unset", metavar="NAME", multiple=True, help="Remove a setting; may be repeated.")
@click.option("--rename", metavar="NAME", help="Give it another name.")
@_file_option
@click.pass_context
def edit(context: click.Context, /, **options: Any) -> None:
    """Change settings of a configuration, or its key.

    Without options it asks for each setting; Enter keeps what is there.
    """
    from jackfield_configurations._commands import _editing  # noqa: PLC0415 - `--help` needs none

    _editing.edit(context.meta.get(_FILE), _editing.Options(**options))


@config.command(epilog=_epilog("remove work", "remove work --yes"))
@_name_argument(required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_file_option
@click.pass_context
def remove(context: click.Context, name: str, yes: bool) -> None:  # noqa: FBT001 - click passes by name
    """Remove a configuration, and its key."""
    from jackfield_configurations._commands._removing import remove as run  # noqa: PLC0415 - `--help` needs none

    run(context.meta.get(_FILE), name, sure=yes)


@config.command(epilog=_epilog("use work"))
@_name_argument(required=True)
@_file_option
@click.pass_context
def use(context: click.Context, name: str) -> None:
    """Make a configuration the default."""
    from jackfield_configurations._commands._removing import use as run  # noqa: PLC0415 - `--help` needs none

    run(context.meta.get(_FILE), name)


@config.command(
    epilog=_epilog('test work --prompt "Say hello"', "test vectors --operation embeddings", "test work --json")
)
@_name_argument()
@click.option("--prompt", metavar="TEXT", help="What is asked.")
@click.option("-m", "--model", metavar="NAME", help="Which model; where the configuration names none.")
@click.option(
    "--operation",
    type=click.Choice(_OPERATIONS),
    help="What is tried. [default: what the configuration has a model for, else chat]",
)
@_json_option
@_file_option
@click.pass_context
def test(context: click.Context, /, name: str | None, **options: Any) -> None:
    """Send one prompt, and show what comes of it.

    That is the answer, or the reason why there is none. Of an embedding the vector's length is shown, of a picture its
    type and size. A picture costs money.
    """
    from jackfield_configurations._commands._testing import try_out  # noqa: PLC0415 - `--help` needs none

    try_out(context.meta.get(_FILE), name, **options)


@config.command(epilog=_epilog("doctor work", "doctor work --json"))
@_name_argument()
@click.option(
    "--deadline", type=click.FloatRange(min=0, min_open=True), default=30.0, show_default=True, help="Seconds for all."
)
@click.option("--paid", is_flag=True, help="Draw a picture too, where an images model is configured.")
@_json_option
@_file_option
@click.pass_context
def doctor(context: click.Context, /, name: str | None, **options: Any) -> int:
    """Find out why a configuration does not work.

    It goes the way of a call, step by step, and says what to change. The exit code is 0 where nothing is wrong, 2 for
    settings, 3 for the network, 1 for what the provider answers.
    """
    from jackfield_configurations._commands._doctoring import doctor as run  # noqa: PLC0415 - `--help` needs none

    return run(context.meta.get(_FILE), name, **options)


@config.command("make-key", epilog=_epilog("make-key", "make-key --store keyring"))
@click.option(
    "--store",
    type=click.Choice(("file", "keyring")),
    default="file",
    show_default=True,
    help="Where the new key is kept: in a file of its own that only you can read, or in the system's keyring.",
)
def make_key(store: str) -> None:
    """Make a key that encrypts secrets.

    Older keys stay, and open what they encrypted.
    """
    from jackfield_configurations._commands._keys import make  # noqa: PLC0415 - `--help` needs none

    make(in_keyring=store == "keyring")


@config.command(epilog=_epilog("rotate", "make-key"))
@_file_option
@click.pass_context
def rotate(context: click.Context) -> None:
    """Encrypt every secret anew, with the newest key."""
    from jackfield_configurations._commands._keys import rotate as run  # noqa: PLC0415 - `--help` needs none

    run(context.meta.get(_FILE))
