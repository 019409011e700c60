"""Where readers must be logged in: the page says that the session has ended, and tries no more."""

from tests.page.line import NEW, Line, blank, line
from tests.page.modules import in_a_browser

__all__ = ["blank", "line"]
pytestmark = in_a_browser
SAID = "() => document.getElementById('signed-out')?.textContent ?? ''"


def with_a_bar(line: Line) -> None:
    line.page.evaluate("() => { document.body.innerHTML = '<header class=bar></header>'; }")


def test_a_page_whose_session_has_ended_says_so_and_does_not_connect_for_ever(line: Line) -> None:
    with_a_bar(line)
    line.close(4401)
    line.wait(120)
    assert line.state == "down"
    assert line.sockets == [NEW]
    assert "You are logged out" in line.page.evaluate(SAID)
    link = line.page.evaluate("() => document.querySelector('#signed-out a').getAttribute('href')")
    assert link.startswith("/accounts/log-in/?next=%2F")


def test_somebody_who_looks_again_and_is_logged_in_has_the_feed_again(line: Line) -> None:
    with_a_bar(line)
    line.close(4401)
    line.page.evaluate("() => feed.wake()")
    line.hello(10)
    assert line.state == "live"
    assert line.page.evaluate(SAID) == ""
