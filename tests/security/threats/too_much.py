"""Who wants too much."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "Checking passwords takes the processor from everybody",
        "two are checked at a time; a third waits a second, then is refused",
        "tests/dashboard/test_log_in.py::"
        "test_two_passwords_are_checked_at_once_and_the_third_is_not_counted",
        "11.1.4",
        "dashboard/log_in.py",
        "if not checking.acquire(timeout=WAIT_SECONDS):",
        "if checking.acquire(blocking=False) and False:",
    ),
    Threat(
        "Requests that never end take every connection",
        "ten seconds for a header; whoever owes a request longest is dropped",
        "tests/live/daphne/test_arrivals.py::test_a_header_that_drips_is_not_waited_for",
        "11.1.4, 13.1.1",
        "live/daphne/channel.py",
        "self.setTimeout(HEADER_SECONDS)",
        "pass",
    ),
    Threat(
        "A long body fills memory",
        "64 KiB, refused before it is kept",
        "tests/live/test_hostile.py::test_a_body_that_says_it_is_long_is_refused_before_it_comes",
        "12.1.1",
        "live/daphne/bodies.py",
        "MOST_BYTES = 64 * 1024",
        "MOST_BYTES = 64 * 1024 * 1024",
    ),
    Threat(
        "A JSON body of odd numbers, names or depth ends a view, or means two things",
        "16 KiB, no NaN, no name twice, no unknown field",
        "tests/api/test_frame.py::test_a_body_that_cannot_be_used",
        "5.1.3, 13.2.2",
        "api/json_body.py",
        "parse_constant=refuse, object_pairs_hook=once_each",
        "parse_constant=float",
    ),
    Threat(
        "Long or many frames occupy the web process",
        "4 KiB a frame, 20 in 10 s; reading pauses beyond",
        "tests/live/test_limits.py::TestOnTheFeed::test_a_frame_has_at_most_4_kib",
        "11.1.4, 13.1.1",
        "live/websocket.py",
        "if len(text.encode()) > MOST_BYTES:",
        "if False:",
    ),
    Threat(
        "One address takes all places of the feed",
        "so many readers of an address, so many in all",
        "tests/live/test_limits.py::TestOnTheFeed::test_there_is_room_for_so_many_sockets_of_an_address",
        "11.1.4",
        "live/connection_limits.py",
        "if self.inside[address] >= self.most_of_an_address:",
        "if False:",
    ),
    Threat(
        "A reader that takes nothing has the server keep everything for it",
        "256 KiB may wait, then it is cut and resumes",
        "tests/live/test_limits.py::TestOnTheFeed::test_a_reader_that_takes_nothing_is_cut_once_and_the_others_are_not",
        "11.1.4",
        "live/reader.py",
        "return self.wire.backlog > self.most_backlog",
        "return False",
    ),
    Threat(
        "One address keeps the process busy with long histories",
        "two at once and four waiting; a slot is held until the work is done",
        "tests/api/test_long_answers.py::test_what_is_too_much_of_an_address_is_429_with_when_to_ask_again",
        "11.1.4",
        "live/work_limits.py",
        "if taken.requests >= self.most:",
        "if False:",
    ),
]
