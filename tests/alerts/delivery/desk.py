"""A desk that gets mails about SP15: rules, prices and what arrives, in the evening of a Monday."""

from datetime import datetime, timedelta
from email.message import EmailMessage

from alerts.delivery.deliver import deliver_due
from alerts.judging.evaluate import evaluate
from alerts.models import Method, Rule
from market.markets import Market
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

T = utc("2026-12-01 04:35")  # Monday 30 November, 20:35 in California
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)


def at(number: int) -> datetime:
    """The start of the interval so many after 20:35."""
    return T + number * FIVE


def rule(desk: Method, limit: int, name: str = "", **more: object) -> Rule:
    """A rule that the desk gets messages of; SP15's, if nothing else is said."""
    sp15, early = Node.objects.get(slug="sp15"), T - 6 * HOUR
    values = {"node": sp15, "judges_from": early, "created_at": early, **more}
    made = Rule.objects.create(limit=limit, name=name, **values)
    made.methods.add(desk)
    return made


def judged(number: int, price: str, *, now: datetime | None = None) -> None:
    """One interval's price, published and judged."""
    moment = now or at(number)
    store([published(at(number), price)], moment)
    evaluate(now=moment)


def told(number: int, price: str, *, now: datetime | None = None) -> None:
    """As `judged`, and what is due is sent."""
    judged(number, price, now=now)
    deliver(now or at(number))


def deliver(now: datetime) -> None:
    """Send what is due, however slow this machine is."""
    deliver_due(now=now, patience=timedelta(minutes=1))


def day_ahead(hour: int, price: str) -> None:
    """The day-ahead price of an hour of the evening, known since noon."""
    start = datetime.combine(T.date(), T.time().replace(minute=0), T.tzinfo)
    store([published(start + (hour - 20) * HOUR, price, Market.DAM)], T - 9 * HOUR)


def plain(letter: EmailMessage) -> str:
    """The text of an e-mail."""
    text = letter.get_body(("plain",))
    assert text is not None
    return str(text.get_content()).replace("\r\n", "\n")


def subjects(letters: list[EmailMessage]) -> list[str]:
    return [letter["Subject"] for letter in letters]
