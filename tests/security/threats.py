"""Every line of the threat table, and how its control is taken out to see its test fail.

`ids` are those of OWASP ASVS 4.0.3. `was` occurs once in `file`; with `now` in its place the
control is gone.
"""

from typing import NamedTuple


class Threat(NamedTuple):
    threat: str
    control: str
    test: str
    ids: str
    file: str
    was: str
    now: str


THREATS = [
    # What comes from OASIS -------------------------------------------------------------------
    Threat(
        "An answer's DTD reads our files, or makes its prices silently empty",
        "a DOCTYPE is refused; no entities, no network",
        "tests/oasis/test_xml_refused.py::test_a_document_with_a_doctype_is_refused",
        "5.5.2",
        "oasis/xml.py",
        "if element.getroottree().docinfo.doctype:",
        "if False:",
    ),
    Threat(
        "An archive that unpacks without end fills memory or disk",
        "bytes are counted while they are inflated; nothing is unpacked to disk",
        "tests/oasis/test_archive.py::test_an_archive_may_inflate_to_64_mb_at_most",
        "12.1.2",
        "oasis/archive.py",
        "if self.inflated > self.bounds.bytes_out:",
        "if False:",
    ),
    Threat(
        "A name that leads into our own network has the poller ask a server inside",
        "the address that the socket reached must be public",
        "tests/oasis/test_outside.py::test_a_name_that_leads_inside_is_not_asked",
        "5.2.6, 12.6.1",
        "oasis/outside.py",
        "if is_public(ip_address(address)):",
        "if True:",
    ),
    # What goes out ---------------------------------------------------------------------------
    Threat(
        "A user's webhook reaches a server inside, or a cloud's metadata",
        "one look-up, every address public, connected to the checked address itself",
        "tests/outbound/test_public_address.py::test_one_private_address_refuses_a_name",
        "5.2.6, 12.6.1",
        "outbound/public_address.py",
        "if not is_public(ip_address(address)):",
        "if False:",
    ),
    Threat(
        "A receiver's redirect leads inside",
        "no redirect is followed",
        "tests/outbound/test_receiver_answer.py::test_a_receiver_that_rejects_for_good_is_given_up",
        "5.1.5, 5.2.6",
        "outbound/receiver_answer.py",
        'raise Refused(f"HTTP {answer.status}: redirects are not followed.")',
        "return",
    ),
    Threat(
        "A secret of a delivery method is read in the admin",
        "it is never shown again; an empty field leaves it as it is",
        "tests/alerts/admin/test_deliveries.py::test_a_secret_is_never_shown_and_stays_when_left_empty",
        "8.3.4",
        "alerts/admin/method_form.py",
        'SECRET = forms.PasswordInput({"autocomplete": "new-password"})',
        'SECRET = forms.PasswordInput({"autocomplete": "new-password"}, render_value=True)',
    ),
    Threat(
        "A name becomes a formula in somebody's spreadsheet",
        "an apostrophe before whatever a spreadsheet would run",
        "tests/alerts/admin/test_rules.py::test_no_spreadsheet_takes_a_name_for_a_formula",
        "5.2.1",
        "alerts/admin/alerts_csv.py",
        """return f"'{text}" if text.startswith(("=", "+", "-", "@", "\\t", "\\r")) else text""",
        "return text",
    ),
    # Who reads ---------------------------------------------------------------------------------
    Threat(
        "A foreign page reads the feed through its visitor",
        "Origin compared whole; a page without one by Sec-Fetch-Site or Referer",
        "tests/live/test_origin.py::test_a_page_that_sends_no_origin_is_known_by_what_its_browser_says",
        "4.2.2, 13.2.3",
        "live/origin.py",
        'return site == b"same-origin" and is_our_host(headers)',
        "return True",
    ),
    Threat(
        "A request under a foreign host name poisons links and caches",
        "ALLOWED_HOSTS, before anything else",
        "tests/caisoproject/test_failures.py::test_another_name_is_refused_in_one_line",
        "13.1.1, 14.4.7",
        "caisoproject/failures.py",
        "        try:\n            request.get_host()\n        except DisallowedHost:",
        "        try:\n            pass\n        except DisallowedHost:",
    ),
    Threat(
        "A foreign page changes something in its visitor's name",
        "a CSRF token for whatever changes something",
        "tests/api/test_frame.py::test_a_session_needs_its_csrf_token_where_something_changes",
        "4.2.2, 13.2.3",
        "api/session.py",
        "super().enforce_csrf(request._request)  # type: ignore[arg-type]",
        "pass",
    ),
    Threat(
        "A program reports a battery's charge without its token",
        "the token, compared in constant time",
        "tests/api/test_batteries.py::test_another_token_is_refused",
        "2.10.2, 4.1.1",
        "api/battery_access.py",
        'if scheme.lower() != "bearer" or not compare_digest(sent, right):',
        "if False:",
    ),
    # Who wants too much ------------------------------------------------------------------------
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
    # What is shown and said --------------------------------------------------------------------
    Threat(
        "A text that somebody typed runs as a script",
        "escaped by templates, textContent in scripts, and a policy without anything inline",
        "tests/api/test_prices.py::test_the_page_names_its_hubs_and_forbids_inline_code",
        "5.3.3, 14.4.3",
        "dashboard/content_security.py",
        "\"default-src 'self'\",",
        "\"default-src 'self' 'unsafe-inline'\",",
    ),
    Threat(
        "An error page shows how the server is made",
        "a sentence, and the rest in the log",
        "tests/security/test_error_page.py::test_a_page_that_fails_says_nothing_of_why",
        "7.4.1, 14.3.2",
        "caisoproject/failures.py",
        "or usual_server_error(request)",
        "or HttpResponse(str(sys.exc_info()[1]), status=500)",
    ),
    Threat(
        "A password in an address is repeated in an error",
        "errors name the setting, never its value",
        "tests/caisoproject/test_environment.py::test_a_wrong_address_is_not_repeated_for_it_may_hold_a_password",
        "7.1.1, 6.4.1",
        "caisoproject/environment.py",
        'f"{name} does not begin with one of',
        'f"{name} {value} does not begin with one of',
    ),
    # What others wrote -------------------------------------------------------------------------
    Threat(
        "A library with a known hole, or another than we tested",
        "locked by hash, least versions, bandit, a bill of materials",
        "tests/test_dependencies.py::test_each_pinned_version_is_without_the_holes_we_know",
        "14.2.1, 14.2.5, 10.3.2",
        "requirements-dev.txt",
        "lxml==6.1",
        "lxml==5.1",
    ),
]
