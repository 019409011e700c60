"""What can go wrong with OASIS, each under its own name, and which error code means which. Pure.

Source: CAISO's OASIS interface specification v5.1.8 and the recorded answers.
"""


class OasisTrouble(Exception):
    """OASIS did not give what was asked for; the text is what came back."""

    outcome = "trouble"
    # What came instead of a report, where anything did.
    status: int | None = None
    body: bytes = b""


class RateLimited(OasisTrouble):
    """Asked again within five seconds: HTTP 429, or 200 with the acceptable-use page."""

    outcome = "rate_limited"


class NoData(OasisTrouble):
    """Code 1000: not yet published, aged out, or no such node."""

    outcome = "no_data"


class OurMistake(OasisTrouble):
    """OASIS refused the query itself: a bug of ours, not to be retried."""

    outcome = "our_mistake"


class ServerTrouble(OasisTrouble):
    """OASIS is out of order or out of reach: ask again later."""

    outcome = "server_trouble"


class AskedTooMuch(ServerTrouble):
    """Codes 1003 and 1008: timed out or out of memory; ask for half of the window."""

    outcome = "asked_too_much"


class StillPreparing(OasisTrouble):
    """Code 1015: a GroupZip is being made; ask again after 30 seconds."""

    outcome = "still_preparing"


class BeyondHistory(OasisTrouble):
    """Code 1014: the start lies before what OASIS keeps."""

    outcome = "beyond_history"


class BadAnswer(OasisTrouble):
    """What came back is not a report: not a zip, cut off, a bomb, not XML, not the right report."""

    outcome = "bad_answer"


class NotAPriceReport(BadAnswer):
    """Something else than prices: a sound report of other things, or no report at all."""

    outcome = "not_a_price_report"
    # Whether it only lay beside the reports.
    is_beside = False


BY_CODE: dict[str, type[OasisTrouble]] = {
    "1000": NoData,
    "1003": AskedTooMuch,
    "1008": AskedTooMuch,
    "1014": BeyondHistory,
    "1015": StillPreparing,
    **dict.fromkeys(("1006", "1007", "1009", "1010", "1012", "1013"), ServerTrouble),
    **dict.fromkeys(
        ("1001", "1002", "1004", "1005", "1011", "1016", "1017", "1018", "1019", "1020"),
        OurMistake,
    ),
}


def trouble(code: str, text: str) -> OasisTrouble:
    """The error for an OASIS error code; one that is not in the specification is a bad answer."""
    return BY_CODE.get(code, BadAnswer)(f"OASIS error {code}: {text}")
