"""Every kind of delivery method that can be chosen has a sender, and the other way round."""

from alerts.delivery.senders.catalog import SENDERS
from alerts.method_kinds import LABELS
from alerts.models import Method


def test_every_kind_that_can_be_chosen_has_a_sender_and_no_sender_is_left_over() -> None:
    assert list(SENDERS) == list(LABELS)
    assert Method._meta.get_field("kind").choices == list(LABELS.items())


def test_a_kind_fits_its_column() -> None:
    longest = Method._meta.get_field("kind").max_length
    assert max(map(len, LABELS)) <= longest
