from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

STATEMENTS = [
    "import jackfield",
    "from jackfield import Client, CHAT, ChatRequest",
    "from jackfield import AsyncClient, EMBEDDINGS, IMAGES, MODELS, JackfieldError, Message, Retries",
]
HEAVY = (
    "asyncio",
    "cattrs",
    "difflib",
    "hmac",
    "importlib.metadata",
    "orjson",
    "pluggy",
    "pybase64",
    "random",
    "ssl",
    "structlog",
    "urllib3",
)
WATCHED = ("_thread.start", "os.exec", "os.fork", "os.putenv", "os.unsetenv", "socket.", "subprocess.", "urllib.")
EVERY_STATEMENT = pytest.mark.parametrize("statement", STATEMENTS)


def outcome(code: str) -> str:
    """Run *code* in a process of its own that has not imported anything yet, and return what it prints."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    env.pop("COVERAGE_PROCESS_START", None)
    # -S: what an environment's own start-up files import is not ours.
    command = [sys.executable, "-S", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@EVERY_STATEMENT
def test_importing_is_light(statement: str) -> None:
    """No library is imported that only a call, a log or a mistake needs."""
    printed = outcome(f"""
        import sys
        {statement}
        print([name for name in {HEAVY!r} if name in sys.modules])
    """)

    assert "[]\n" == printed


@EVERY_STATEMENT
def test_importing_does_nothing_else(statement: str) -> None:
    """No socket, no thread, no process, no file but code, and the environment is as before."""
    printed = outcome(f"""
        import os, sys, threading
        before, seen, watching = dict(os.environ), [], True

        def watch(event, arguments):
            if not watching:
                return
            if event.startswith({WATCHED!r}):
                seen.append(event)
            if event == "open" and (arguments[2] & (os.O_WRONLY | os.O_RDWR) or not str(arguments[0]).endswith(
                    (".py", ".pyc", ".so", ".pyd", ".zip"))):
                if "__pycache__" not in str(arguments[0]):
                    seen.append((event, str(arguments[0])))

        sys.addaudithook(watch)
        {statement}
        watching = False
        print(seen, dict(os.environ) == before, threading.active_count())
    """)

    assert "[] True 1\n" == printed


def test_public_names_are_imported_from_where_they_live() -> None:
    """Each name comes when it is asked for, stays, and is listed before; an unknown name is an AttributeError."""
    printed = outcome("""
        import jackfield, sys
        assert "jackfield.secret" not in sys.modules
        assert "Secret" in dir(jackfield) and "Secret" not in vars(jackfield)
        assert jackfield.Secret is sys.modules["jackfield.secret"].Secret is vars(jackfield)["Secret"]
        try:
            jackfield.Nothing
        except AttributeError as error:
            print(error)
        from jackfield import *
        print(sorted(set(jackfield.__all__) - set(globals())))
    """)

    assert "module 'jackfield' has no attribute 'Nothing'\n[]\n" == printed


def test_the_default_transport_comes_with_a_client() -> None:
    """Making a client imports what calling needs; a log is still nobody's."""
    printed = outcome("""
        import site, sys
        import jackfield
        client = jackfield.Client("openai", api_key="sk-x")
        print([name for name in ("urllib3", "pluggy") if name in sys.modules], "structlog" in sys.modules)
    """)

    assert "['urllib3', 'pluggy'] False\n" == printed


def test_plugin_authors_have_one_module() -> None:
    """`jackfield.plugin` has all it names, and needs neither a transport nor a log."""
    printed = outcome("""
        import sys
        from jackfield import plugin
        print(all(hasattr(plugin, name) for name in plugin.__all__), {"urllib3", "structlog"} & set(sys.modules))
    """)

    assert "True set()\n" == printed


def test_activities_are_found_by_their_names() -> None:
    """And nothing else is."""
    from jackfield import activities

    assert all(callable(getattr(activities, name)) for name in activities.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        activities.nothing  # noqa: B018
