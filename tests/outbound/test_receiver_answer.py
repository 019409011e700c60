"""What a receiver's answer means for the next try."""

import pytest

from outbound.errors import Refused, Unreachable
from outbound.receiver_answer import ReceiverAnswer, refuse_failures
from tests.alerts.delivery.sample_message import NOW


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_message_that_was_taken_is_done(status: int) -> None:
    refuse_failures(ReceiverAnswer(status, {}, b"no_service"), now=NOW)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_receiver_in_trouble_is_tried_again(status: int) -> None:
    with pytest.raises(Unreachable, match=f"HTTP {status}: over capacity"):
        refuse_failures(ReceiverAnswer(status, {}, b"over\ncapacity"), now=NOW)


@pytest.mark.parametrize("status", [103, 300, 302, 308, 400, 401, 403, 404, 410, 413, 422])
def test_a_receiver_that_rejects_for_good_is_given_up(status: int) -> None:
    with pytest.raises(Refused, match=f"HTTP {status}: "):
        refuse_failures(ReceiverAnswer(status, {}, b"invalid_token"), now=NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Tue, 24 Nov 2026 01:09:00 GMT", 120.0),
        ("Tue, 24 Nov 2026 01:00:00 GMT", 0.0),
        *((other, None) for other in ("", "soon", "-5", "1.5", "٣", "24 Nov 2026 01:09:00 -0000")),
    ],
)
def test_a_receiver_may_say_when_to_come_again(value: str, seconds: float | None) -> None:
    with pytest.raises(Unreachable) as trouble:
        refuse_failures(ReceiverAnswer(503, {"retry-after": value}, b""), now=NOW)
    assert trouble.value.retry_after == seconds


def test_the_first_200_characters_of_an_answer_are_kept() -> None:
    with pytest.raises(Refused) as trouble:
        refuse_failures(ReceiverAnswer(400, {}, "ü".encode() * 40_000), now=NOW)
    assert str(trouble.value) == "HTTP 400: " + "ü" * 190
