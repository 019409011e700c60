"""The feed's client on a socket: what is next, missing, stale or another's."""

from tests.page.line import AFTER_10, NEW, RESUME, Line, blank, line
from tests.page.modules import in_a_browser

__all__ = ["blank", "line"]
pytestmark = in_a_browser


def test_a_new_page_asks_for_a_snapshot_and_is_live(line: Line) -> None:
    assert line.sockets == [NEW]
    assert line.state == "live"


def test_after_a_loss_the_page_carries_on_within_two_seconds(line: Line) -> None:
    line.close(1006)
    assert line.state == "down"
    line.wait(2)
    assert line.sockets == [NEW, AFTER_10]
    line.hello(12)
    assert line.page.evaluate("() => feed.catchingUp.until.head") == 12
    line.events(10, 12)
    line.wait(2)
    assert line.page.evaluate("() => feed.catchingUp") is None
    assert line.state == "live"


def test_what_comes_twice_is_taken_once(line: Line) -> None:
    line.events(10, 11)
    line.events(10, 11)
    line.events(9, 10)
    assert line.taken == 1
    assert line.sent == []


def test_a_gap_is_asked_for_on_the_same_socket_and_once(line: Line) -> None:
    line.events(11, 12)
    line.events(12, 13)
    assert line.taken == 0
    assert line.sent == [RESUME]
    line.events(10, 13)
    assert line.taken == 1


def test_a_head_that_stays_ahead_for_a_heartbeat_is_asked_for(line: Line) -> None:
    line.heartbeat(11)
    assert line.sent == []
    line.wait(5)
    line.heartbeat(11)
    assert line.sent == [RESUME]


def test_a_head_that_was_only_on_its_way_is_not_asked_for(line: Line) -> None:
    line.heartbeat(11)
    line.events(10, 11)
    line.wait(5)
    line.heartbeat(12)
    assert line.sent == []


def test_a_server_that_will_not_resume_gets_a_new_socket(line: Line) -> None:
    line.events(11, 12)
    line.send(type="error", code="bad_resume", message="no")
    line.wait(2)
    assert line.sockets == [NEW, AFTER_10]


def test_a_server_that_says_bye_is_left_alone_as_long_as_it_asks(line: Line) -> None:
    line.send(type="bye", retry_ms=7000)
    line.close(1012)
    line.wait(6)
    assert len(line.sockets) == 1
    line.wait(2)
    assert line.sockets[1:] == [AFTER_10]


def test_too_many_sockets_are_not_made_more(line: Line) -> None:
    line.close(4429)
    line.wait(29)
    assert len(line.sockets) == 1
    assert "as many readers" in line.page.evaluate("() => feed.refusal")
    line.wait(32)
    assert line.sockets[1] == AFTER_10


def test_a_slow_reader_that_was_cut_comes_back_at_once(line: Line) -> None:
    line.close(4408)
    line.wait(1)
    assert line.sockets == [NEW, AFTER_10]


def test_fifteen_silent_seconds_are_stale_and_another_socket_is_tried(line: Line) -> None:
    line.wait(14)
    assert line.state == "live"
    line.wait(2)
    assert line.state == "stale"
    assert line.sockets == [NEW, AFTER_10]
    line.hello(10)
    assert line.state == "live"


def test_events_alone_do_not_keep_a_feed_from_being_stale(line: Line) -> None:
    line.wait(10)
    line.events(10, 11)
    line.wait(6)
    assert line.state == "stale"


def test_a_page_that_wakes_tries_at_once(line: Line) -> None:
    line.close(4429)
    line.page.evaluate("() => feed.wake()")
    assert line.sockets == [NEW, AFTER_10]


def test_a_live_feed_that_is_silent_at_waking_must_answer_in_two_seconds(line: Line) -> None:
    line.wait(8)
    line.page.evaluate("() => feed.wake()")
    assert line.sent == [{"type": "ping", "id": "awake"}]
    line.wait(3)
    assert line.sockets == [NEW, AFTER_10]
    assert line.state == "live"


def test_more_hours_are_asked_for_without_a_cursor_and_without_a_flash(line: Line) -> None:
    line.page.evaluate("() => { held = null; feed.follow('SP15', 168); }")
    assert line.sockets == [NEW, "hubs=SP15&hours=168"]
    assert line.state == "live"


def test_another_epoch_is_asked_about(line: Line) -> None:
    line.send(type="events", hub="SP15", epoch="b", prev=0, seq=1, events=[])
    assert line.sent == [RESUME]
    line.snapshot(1, epoch="b")
    assert line.page.evaluate("() => held") == {"epoch": "b", "seq": 1}
