from jackfield import CHAT, ChatRequest, Message
from jackfield.plugin import Secret
from jackfield.testing import answer, hold, play

from jackfield_parley import Parley

SAID = {"utterance": "Good day.", "ended": "done"}


def test_signs_again_by_their_clock():
    """A request that was refused is signed once more, with the vendor's time and another number."""
    parley = Parley(key_id="k-1", key=Secret("a-key"), endpoint="https://api.parley.example")
    asked = hold(parley, CHAT, ChatRequest(messages=[Message.user("Hi")], model="alto-2"))
    played = play(asked, [answer(401, {"fault": "old"}, {"parley-now": "99"}), answer(200, SAID)])

    first, second = [request.revealed_headers() for request in played.requests]
    assert "Good day." == played.value().text
    assert "99" == second["parley-date"] != first["parley-date"]
    assert first["parley-nonce"] != second["parley-nonce"]
    assert first["parley-signature"] != second["parley-signature"]
