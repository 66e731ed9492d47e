"""Credentials: what `authorize` adds, to what, and what a refusal means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield.errors import AuthenticationError, SetupError
from jackfield.http import Header, HttpRequest
from jackfield.secret import Secret
from jackfield.testing.checks._raised import raised
from jackfield.testing.flows import play
from jackfield.testing.scripted import answer
from jackfield.testing.subject import JSON, AnyOperation, Subject

if TYPE_CHECKING:
    from jackfield._binding import Binding

_ELSEWHERE = "https://elsewhere.invalid/v1"
_REFUSALS = (answer(401, b'{"error": {"message": "no"}}', JSON), answer(401, "<html>no</html>"), answer(401))


class CredentialChecks(Subject):
    """`authorize` and `finish_request`."""

    def test_credentials_are_all_that_is_added(self, operation: AnyOperation) -> None:
        """Authorizing changes neither method, URL, body nor a header that is there."""
        before, after = self._authorized(self.bound(), operation)
        assert (before.method, before.url, before.body) == (after.method, after.url, after.body)
        assert dict(before.headers) == {name: after.headers.get(name) for name in before.headers}
        assert ("none" == self.credentials) == (before.headers == after.headers)

    def test_credentials_are_bound_secrets(self, operation: AnyOperation) -> None:
        """Credentials are `Secret` values that are revealed to the URL's origin, and to no other."""
        before, after = self._authorized(self.bound(), operation)
        added = {name: value for name, value in after.headers.items() if name not in before.headers}
        plain = [name for name, value in added.items() if isinstance(value, str) and self._is_secret(value)]
        assert [] == plain, f"credentials that are no Secret: {plain}"
        secrets: dict[str, Header] = {name: value for name, value in added.items() if isinstance(value, Secret)}
        if "none" == self.credentials:
            return
        revealed = HttpRequest("POST", after.url, secrets).revealed_headers()
        assert revealed, "no header is a Secret"
        if "sent" == self.credentials:
            assert any(self._is_secret(value) for value in revealed.values()), "the secret of the settings is not sent"
        for name, value in secrets.items():
            request = HttpRequest("POST", _ELSEWHERE, {name: value})
            raised(SetupError, request.revealed_headers, f"the header {name!r} for another origin")

    def test_refused_credentials_are_an_authentication_error(self, operation: AnyOperation) -> None:
        """A 401 is an AuthenticationError, whatever its body, after at most one attempt with other credentials."""
        for refusal in _REFUSALS:
            binding = self.bound()
            script = self.replying(binding, operation, refusal, refusal)
            error = raised(AuthenticationError, play(self.held(binding, operation), script).value, "401")
            assert 401 == error.status

    def _is_secret(self, value: str) -> bool:
        return any(secret in value for secret in self.secrets)

    def _authorized(self, binding: Binding, operation: AnyOperation) -> tuple[HttpRequest, HttpRequest]:
        """Return a request before and after its credentials."""
        call = self.call(operation)
        body = binding.encode_request(call).body
        request = HttpRequest(operation.method, binding.build_url(call), {"accept": "application/json"}, body)
        authorized = binding.authorize(call, request, None)
        if not isinstance(authorized, HttpRequest):
            authorized = play(authorized, self.replying(binding, operation)).value()
        for finish in binding.finish_request:
            authorized = finish(call, authorized)
        return request, authorized
