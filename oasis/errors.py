"""What can go wrong with OASIS: an exception for each failure, and which codes mean it. Pure.

Source: CAISO's OASIS interface specification v5.1.8 and the recorded answers.
"""


class OasisTrouble(Exception):
    """OASIS did not give what was asked for; the text is what came back."""

    outcome = "trouble"
    # What came instead of a report, if anything did.
    status: int | None = None
    body: bytes = b""


class RateLimited(OasisTrouble):
    """Asked again within five seconds: HTTP 429, or 200 with the acceptable-use page."""

    outcome = "rate_limited"


class NoData(OasisTrouble):
    """Code 1000: not yet published, no longer kept, or no such node."""

    outcome = "no_data"


class OurMistake(OasisTrouble):
    """OASIS refused the query itself: a mistake of ours, not to be retried."""

    outcome = "our_mistake"


class ServerTrouble(OasisTrouble):
    """OASIS is out of order or unreachable: ask again later."""

    outcome = "server_trouble"


class AskedTooMuch(ServerTrouble):
    """Codes 1003 and 1008: OASIS timed out or ran out of memory; ask for half the window."""

    outcome = "asked_too_much"


class StillPreparing(OasisTrouble):
    """Code 1015: the GroupZip is being prepared; ask again after 30 seconds."""

    outcome = "still_preparing"


class BeyondHistory(OasisTrouble):
    """Code 1014: the window starts before the 39 months that OASIS keeps."""

    outcome = "beyond_history"


class BadAnswer(OasisTrouble):
    """What came back can't be read: not a zip, cut off, too large, not XML, another report."""

    outcome = "bad_answer"


class NotAPriceReport(BadAnswer):
    """Something other than prices: another report, or no report at all."""

    outcome = "not_a_price_report"
    # Whether it is a stray file in a zip of reports.
    is_stray = False


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
    """The error for an OASIS error code; BadAnswer for one that is not in the specification."""
    return BY_CODE.get(code, BadAnswer)(f"OASIS error {code}: {text}")
