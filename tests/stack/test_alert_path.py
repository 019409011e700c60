"""An alert on an open page and in an inbox, on a real stack."""

import logging

from tests.stack.desk import Desk
from tests.stack.running import wait_until
from tests.stack.screen import Screen, expect, on_a_screen

pytestmark = on_a_screen
log = logging.getLogger(__name__)


def test_an_alert_is_on_the_screen_and_out_of_the_door_within_seconds_of_its_commit(
    desk: Desk, screen: Screen
) -> None:
    """On an idle machine the screen takes 0.2 s, the door up to the two seconds of a tick."""
    desk.publish("50.50")  # whatever was open is over
    expect(screen.feed_lines("50.50")).to_have_count(1, timeout=45_000)
    with desk.commits() as commits:
        wait_until(lambda: commits, 5, "the head is read")
        head = max(commits)
        desk.publish("250.25")
        wait_until(lambda: max(commits) > head, 45, "the price is committed")
        committed = commits[min(seq for seq in commits if seq > head)]
        on_the_screen = screen.painted(head + 2) - committed
        words = "SP15 250.25 $/MWh, over 100"
        wait_until(lambda: desk.letters.accepted(words), 20, "the letter is accepted")
        out_of_the_door = (desk.letters.accepted(words) or 0) - committed
    log.info("commit to screen %.2f s, to inbox %.2f s", on_the_screen, out_of_the_door)
    opened = screen.page.locator("#log li[data-kind=alert]", has_text="250.25")
    expect(opened).to_have_count(1)
    assert on_the_screen < 5
    assert out_of_the_door < 10
