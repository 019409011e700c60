"""Prices without components: loaded from plain CSV, completed and corrected by what OASIS says."""

import os
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market.markets import Market
from prices import readings
from prices.models import FeedEvent, Node, Price, PriceRevision
from tests.conftest import utc
from tests.published import SP15, bare, published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
MADE = NOON + timedelta(hours=1)
FIELDS = ("lmp", "energy", "congestion", "loss", "ghg")
HEAD = "market,node,interval_start,lmp"


def loaded(tmp_path: Path, *lines: str, head: str = HEAD, at: datetime = MADE) -> str:
    """What the command says of a file with these lines that was written at `at`."""
    path = tmp_path / "plain.csv"
    path.write_text("\n".join([head, *lines, ""]))
    os.utime(path, (at.timestamp(), at.timestamp()))
    said = StringIO()
    call_command("load", str(path), stdout=said, stderr=said)
    return said.getvalue()


def line(lmp: str = "40.5", start: datetime = NOON, node: str = SP15) -> str:
    return f"RTM,{node},{start.isoformat()},{lmp}"


def held() -> list[Any]:
    return list(Price.objects.order_by("interval_start").values_list(*FIELDS, "revision"))


def parts(lmp: str = "40.5") -> tuple[Decimal | None, ...]:
    """The LMP and components that `published` gives."""
    return published(NOON, lmp)[3:8]


def events() -> list[tuple[str, dict[str, Any]]]:
    return list(FeedEvent.objects.order_by("seq").values_list("kind", "body"))


def test_a_plain_file_is_stored_with_its_age_and_no_components(tmp_path: Path) -> None:
    said = loaded(tmp_path, line(), line("41", NOON + FIVE), line("-1.25", NOON, "NEW_1_N001"))
    assert "3 rows, 3 prices: 3 new, 0 corrected, 0 unchanged, 0 outdated, 0 rejected" in said
    assert "unverified" not in said
    price = Price.objects.get(interval_start=NOON, node__slug="sp15")
    assert (price.source, price.seen_at, price.verified) == ("file", MADE, True)
    assert {row[1:] for row in held()} == {(None, None, None, None, 1)}
    assert not Node.objects.get(oasis_name="NEW_1_N001").tracked
    assert "0 new, 0 corrected, 3 unchanged" in loaded(
        tmp_path, line(), line("41", NOON + FIVE), line("-1.25", NOON, "NEW_1_N001")
    )
    assert not PriceRevision.objects.exists()


def test_the_good_lines_are_stored_and_the_bad_ones_named(tmp_path: Path) -> None:
    said = loaded(tmp_path, line(), line("1e99", NOON + FIVE), line(node="no node"))
    assert "3 rows, 1 prices: 1 new, 0 corrected, 0 unchanged, 0 outdated, 2 rejected" in said
    assert "  line 3 of plain.csv: LMP is '1e99', not a number" in said
    assert "  line 4 of plain.csv: 'no node' is not the name of a node" in said
    assert Price.objects.count() == 1


def test_a_wrong_header_stores_nothing_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(f"{HEAD},price\n{line()},1\n")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(path), stderr=said)
    assert "refused: the header of plain.csv has 'price', which is none of ours" in said.getvalue()
    assert not Price.objects.exists()


def test_a_file_of_many_batches_is_stored_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prices.files.A_BATCH", 3)
    lines = [line(str(n), NOON + n * FIVE) for n in range(10)]
    assert "10 prices: 10 new" in loaded(tmp_path, *reversed(lines))
    assert "10 prices: 0 new, 0 corrected, 10 unchanged" in loaded(tmp_path, *lines)
    assert [row[0] for row in held()] == list(range(10))


def test_what_oasis_then_says_completes_the_version_and_is_no_correction(tmp_path: Path) -> None:
    store([bare(NOON), bare(NOON + FIVE, "41")], NOON)
    recorded = store([published(NOON), published(NOON + FIVE, "41")], NOON + FIVE)
    assert held() == [(*parts(), 1), (*parts("41"), 1)]
    assert not PriceRevision.objects.exists()
    assert {verdict.value: count for verdict, count in recorded.counts.items() if count} == {
        "completed": 2
    }
    (_, first), _, (kind, event), _ = events()
    assert (kind, event) == ("price", first | event)
    changed = {name for name in event if event[name] != first.get(name)}
    assert changed == {"energy", "congestion", "loss", "ghg", "completes"}
    assert event["completes"] is True
    assert "old" not in event
    assert (event["quality"], event["revision"]) == ("observed", 1)
    again = store([published(NOON)], NOON + 2 * FIVE)
    assert len(events()) == 4
    assert [verdict.value for verdict, count in again.counts.items() if count] == ["unchanged"]


def test_a_file_says_how_many_it_completed(tmp_path: Path) -> None:
    loaded(tmp_path, line())
    said = loaded(tmp_path, line() + ",41,-1.25,0.75,0", head=f"{HEAD},energy,congestion,loss,ghg")
    assert "1 prices: 0 new, 0 corrected, 0 unchanged, 0 outdated, 0 rejected" in said
    assert "  1 held without components now have them" in said
    assert held() == [(*parts(), 1)]


def test_an_older_file_completes_too_and_what_is_held_stays_as_old_as_it_is() -> None:
    store([bare(NOON)], MADE)
    store([published(NOON)], NOON, source="file")
    assert held() == [(*parts(), 1)]
    assert Price.objects.get().seen_at == MADE
    assert not PriceRevision.objects.exists()


def test_components_that_do_not_add_up_complete_a_version_as_unverified() -> None:
    store([bare(NOON)], NOON)
    store([published(NOON)._replace(verified=False)], NOON + FIVE)
    assert not Price.objects.get().verified
    assert events()[-1][1]["quality"] == "unverified"


def test_a_file_without_components_erases_none_and_confirms_the_price(tmp_path: Path) -> None:
    store([published(NOON)], NOON)
    assert "0 new, 0 corrected, 1 unchanged" in loaded(tmp_path, line())
    assert held() == [(*parts(), 1)]
    assert Price.objects.get().confirmed_at == MADE


def test_another_lmp_later_is_a_correction_with_unknown_components(tmp_path: Path) -> None:
    store([published(NOON)], NOON)
    said = loaded(tmp_path, line("50"))
    assert "0 new, 1 corrected" in said
    assert held() == [(Decimal(50), None, None, None, None, 2)]
    assert PriceRevision.objects.values_list(*FIELDS).get() == parts()


def test_a_correction_of_an_unknown_price_says_that_it_was_unknown() -> None:
    store([bare(NOON)], NOON)
    store([published(NOON, "50")], NOON + FIVE)
    kind, event = events()[-1]
    assert (kind, event["old"]) == (
        "correction",
        {"lmp": 40.5, "energy": None, "congestion": None, "loss": None, "ghg": None},
    )
    assert (event["energy"], event["revision"]) == (50.5, 2)


def test_a_corrected_price_is_completed_in_its_own_revision() -> None:
    store([published(NOON)], NOON)
    store([bare(NOON, "50")], NOON + FIVE)
    store([published(NOON, "50")], NOON + 2 * FIVE)
    assert held() == [(*parts("50"), 2)]
    assert PriceRevision.objects.count() == 1
    kind, event = events()[-1]
    assert (kind, event["revision"], event["quality"]) == ("price", 2, "corrected")


def test_what_is_completed_is_read_with_its_components_as_of_any_time() -> None:
    node = Node.objects.get(slug="sp15")
    store([bare(NOON)], NOON)
    (then,) = readings.between(node, Market.RTM, NOON, as_of=NOON + FIVE)
    assert then[4:9] == (Decimal("40.5"), None, None, None, None)
    store([published(NOON)], NOON + 2 * FIVE)
    (now,) = readings.between(node, Market.RTM, NOON)
    (then,) = readings.between(node, Market.RTM, NOON, as_of=NOON + FIVE)
    assert now[4:9] == then[4:9] == parts()


def test_what_a_late_file_without_components_repeats_adds_nothing_to_the_history() -> None:
    store([published(NOON)], NOON + FIVE)
    store([bare(NOON)], NOON, source="file")
    store([bare(NOON, "39")], NOON, source="file")
    assert PriceRevision.objects.values_list(*FIELDS).get() == (Decimal(39), *[None] * 4)
    assert held() == [(*parts(), 1)]


def test_an_old_price_is_completed_without_an_event() -> None:
    old = NOON - timedelta(days=8)
    store([bare(old)], NOON)
    store([published(old)], NOON + FIVE)
    assert held() == [(*parts(), 1)]
    assert not FeedEvent.objects.exists()
