"""The emulator, for use inside a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from jackfield_emulator._account import Account
from jackfield_emulator._answer import Answers, record
from jackfield_emulator._identity import AUDIENCES, TokenOffice
from jackfield_emulator._json import compact
from jackfield_emulator._models import CATALOGUE, called, known
from jackfield_emulator._plan import whole
from jackfield_emulator._refusal import invalid
from jackfield_emulator._scenarios import HEADER, Spoiler, named
from jackfield_emulator._server import Server
from jackfield_emulator.journal import Journal, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from jackfield_emulator._asked import Asked
    from jackfield_emulator._plan import Alter, Plan

DATED = "2024-10-21"
"""The api-version that is written where one is needed."""


class Emulator:
    """A server on loopback that answers as OpenAI, as Azure OpenAI and as a managed identity.

    It serves inside `with`, or between `start` and `close`.

    Args:
        api_key: The key that OpenAI takes; any other is refused.
        azure_api_key: The key that the Azure resource takes; by default the same.
        deployments: The Azure resource's deployments, each with its model; by default every model under its own name.
        models: Models beside those of the catalogue. What one can do is read from its name: `dall-e…` and
            `gpt-image…` draw, `text-embedding…` embeds, everything else chats.
        port: Where to listen; 0 is a free port.
        pace: Seconds between the pieces of a stream.
        token_lifetime: Seconds until a token of the managed identity expires.
        identity_header: What the token endpoint wants to see in `X-IDENTITY-HEADER`.
        watch: Called with each record, in the server's thread.
        scenario: How to misbehave, by name: one of `SCENARIOS`. A request's header `x-jackfield-scenario` wins.
        alter: Called with what was asked and with the plan of the answer; returns the plan that is carried out.
    """

    def __init__(
        self,
        *,
        api_key: str = "sk-emulator",
        azure_api_key: str | None = None,
        deployments: Mapping[str, str] | None = None,
        models: Iterable[str] = (),
        port: int = 0,
        pace: float = 0.0,
        token_lifetime: float = 3600.0,
        identity_header: str = "emulator-identity",
        watch: Callable[[Record], None] | None = None,
        scenario: str | None = None,
        alter: Alter | None = None,
    ) -> None:
        self.api_key = api_key
        self.azure_api_key = api_key if azure_api_key is None else azure_api_key
        named = tuple(models)
        if deployments is None:
            deployments = {name: name for name in (*CATALOGUE, *named)}
        self.deployments = dict(deployments)
        self.journal = Journal()
        self._office = TokenOffice(identity_header, token_lifetime)
        account = Account(
            key=self.api_key,
            azure_key=self.azure_api_key,
            models=known(named),
            deployments={name: called(model) for name, model in self.deployments.items()},
            office=self._office,
        )
        self._answers = Answers(account, pace)
        self._watch = watch
        self._alter = alter
        self._spoiler = Spoiler()
        self.scenario = scenario
        self._port = port
        self._server: Server | None = None

    def start(self) -> Self:
        """Begin to serve.

        Raises:
            OSError: The port is taken.
        """
        if self._server is None:
            self._server = Server("127.0.0.1", self._port, self._plan)
        return self

    def close(self) -> None:
        """End; no thread and no socket is left."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def __enter__(self) -> Self:
        """Begin to serve."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End."""
        self.close()

    @property
    def url(self) -> str:
        """The server's own address."""
        if self._server is None:
            raise RuntimeError("the emulator serves inside `with`, or after start()")
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def openai_url(self) -> str:
        """The base URL of OpenAI."""
        return f"{self.url}/v1"

    @property
    def azure_url(self) -> str:
        """The endpoint of the Azure resource."""
        return self.url

    @property
    def azure_v1_url(self) -> str:
        """The base URL of the Azure resource's v1 surface."""
        return f"{self.url}/openai/v1/"

    @property
    def token_endpoint(self) -> str:
        """The address of the managed identity: `IDENTITY_ENDPOINT`."""
        return f"{self.url}/msi/token"

    @property
    def identity_header(self) -> str:
        """What the managed identity wants to see: `IDENTITY_HEADER`."""
        return self._office.header

    @property
    def token_lifetime(self) -> float:
        """Seconds until a token expires; what is set here counts for tokens that are given from now on."""
        return self._office.lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: float) -> None:
        self._office.lifetime = seconds

    def token(self, resource: str = AUDIENCES[0], lifetime: float | None = None) -> str:
        """Return a new token, to be pasted."""
        return self._office.give(resource, lifetime).text

    def expire_tokens(self) -> None:
        """Make every token that was given so far expire now."""
        self._office.expire()

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """For each of Jackfield's providers, the settings that point it here: `Client("openai", **...)`."""
        return {
            "openai": {"endpoint": self.openai_url, "api_key": self.api_key},
            "azure-apikey": {"endpoint": self.azure_url, "api_key": self.azure_api_key},
            "azure-entra": {"endpoint": self.azure_url, "token": self.token},
        }

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point Jackfield's providers, the vendors' SDKs and azure-identity here."""
        return {
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_KEY": self.api_key,
            "AZURE_OPENAI_ENDPOINT": self.azure_url,
            "AZURE_OPENAI_API_KEY": self.azure_api_key,
            "OPENAI_API_VERSION": DATED,
            "IDENTITY_ENDPOINT": self.token_endpoint,
            "IDENTITY_HEADER": self.identity_header,
        }

    @property
    def scenario(self) -> str | None:
        """How it misbehaves, or None; may be set between requests.

        Raises:
            ValueError: There is no such scenario.
        """
        return None if self._scenario is None else self._scenario.name

    @scenario.setter
    def scenario(self, name: str | None) -> None:
        self._scenario = None if name is None else named(name)

    def _spoilt(self, asked: Asked, plan: Plan) -> Plan:
        wanted = asked.headers.get(HEADER)
        try:
            scenario = self._scenario if wanted is None else named(wanted)
        except ValueError as error:
            return whole(400, {"content-type": "application/json"}, compact(invalid(str(error)).document).encode())
        return plan if scenario is None else self._spoiler.spoil(scenario, asked, plan)

    def _plan(self, asked: Asked) -> Plan:
        plan, found = self._answers.plan(asked)
        plan = self._spoilt(asked, plan)
        if self._alter is not None:
            plan = self._alter(asked, plan)
        written = record(asked, plan.status, found)
        self.journal.add(written)
        if self._watch is not None:
            self._watch(written)
        return plan
