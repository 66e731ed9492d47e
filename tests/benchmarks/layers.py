"""Which layer of the house a function belongs to: one table of places, the first that fits."""

from __future__ import annotations

IMPORTING = "importing"
JSON = "json"
WIRE_LIBRARIES = "urllib3, aiohttp, http.client, ssl, socket"
ELSE = "everything else"

PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (IMPORTING, ("<frozen importlib", "<frozen zipimport>", "importlib/__init__", "importlib/util")),
    ("drivers", ("jackfield/_drive",)),
    ("entities", ("jackfield/operations/", "jackfield/http.py", "jackfield/secret.py", "/attr/", "/attrs/", "<attrs ")),
    (
        "wire and conversion",
        (
            "jackfield_openai_wire/",
            "jackfield/convert.py",
            "jackfield/sse.py",
            "jackfield/vectors.py",
            "jackfield/typed/",
            "/cattrs/",
            "<string>",  # what the converter writes and compiles
        ),
    ),
    (
        "hooks and the provider's parts",
        ("jackfield/_binding.py", "jackfield/hookspecs.py", "jackfield/_discovery.py", "jackfield/plugin.py",
         "/pluggy/", "importlib/metadata", "jackfield_openai/", "jackfield_azure"),
    ),
    ("transport", ("jackfield/transports/", "jackfield_aiohttp/")),
    (
        "public client",
        ("jackfield/client.py", "jackfield/__init__.py", "jackfield/_setup.py", "jackfield/_options.py",
         "jackfield/_settings.py", "jackfield/_configured.py", "jackfield/configuration.py", "jackfield/stream.py",
         "jackfield/activities/"),
    ),
    ("exchange", ("src/jackfield/",)),  # all that is left of the core: the exchange, its parts, retries, the trace
    (JSON, ("/json/", "orjson")),
    (
        WIRE_LIBRARIES,
        ("/urllib3/", "/aiohttp/", "/yarl/", "/multidict/", "/http/", "/email/", "ssl.py", "socket.py", "selectors.py",
         "/asyncio/", "/concurrent/", "threading.py"),
    ),
)  # fmt: skip

# Functions written in C have no file. These are known by name; others count for whoever called them.
NAMED = {
    "orjson": JSON,
    "_json": JSON,
    "socket": WIRE_LIBRARIES,
    "_ssl": WIRE_LIBRARIES,
    "select.epoll": WIRE_LIBRARIES,
    "marshal": IMPORTING,
}
NAMES = tuple(dict.fromkeys([*(name for name, _ in PLACES if name != IMPORTING), IMPORTING, ELSE]))


def of_file(path: str) -> str:
    """Return the layer of a source file."""
    path = path.replace("\\", "/")
    return next((layer for layer, places in PLACES if any(place in path for place in places)), ELSE)


def of_builtin(name: str) -> str | None:
    """Return the layer of a function in C that is known by its name."""
    return next((layer for part, layer in NAMED.items() if part in name), None)
