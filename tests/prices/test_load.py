"""`manage.py load` on real answers, with the figures that were counted by hand."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from prices.models import FeedEvent, Node, Price
from tests.conftest import utc
from tests.prices import rendered

pytestmark = pytest.mark.django_db
SPRING = "morgan-sell/20190301_20190401_PRC_LMP_DAM_20200603_09_21_36_v1.csv"
AUTUMN = "morgan-sell/20191101_20191201_PRC_LMP_DAM_20200603_00_24_23_v1.csv"


def load(*files: Path, nodes: str = "") -> str:
    """What the command prints."""
    said = StringIO()
    call_command("load", *map(str, files), nodes=nodes or None, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.parametrize(
    ("file", "said", "prices", "total"),
    [
        (
            "mianakajima/trythis.zip",
            "3,480 rows, 696 prices: 696 new, 0 corrected, 0 unchanged, 0 outdated, 0 rejected",
            696,
            "47893.03195",
        ),
        ("ericschoettle/dam.xml", "96 rows, 24 prices: 24 new", 24, "844.62474"),
        ("ericschoettle/dam.csv", "96 rows, 24 prices: 24 new", 24, "844.62474"),
        (SPRING, "2,229 prices: 2,229 new", 2229, "82991.24408"),
        (AUTUMN, "2,163 prices: 2,163 new", 2163, "91131.37809"),
    ],
)
def test_a_recorded_answer_is_stored_to_the_cent_and_a_second_load_changes_nothing(
    recordings: Path, file: str, said: str, prices: int, total: str
) -> None:
    assert said in load(recordings / file)
    held = Price.objects.aggregate(count=Count("lmp"), total=Sum("lmp"))
    assert held["count"] == prices
    assert held["total"].quantize(Decimal("0.00001")) == Decimal(total)
    again = load(recordings / file)
    assert f"0 new, 0 corrected, {prices:,} unchanged" in again
    assert Price.objects.count() == prices
    assert not FeedEvent.objects.exists()


def test_xml_and_csv_of_the_same_answer_are_the_same_prices(recordings: Path) -> None:
    load(recordings / "ericschoettle/dam.xml")
    assert "0 new, 0 corrected, 24 unchanged" in load(recordings / "ericschoettle/dam.csv")


@pytest.mark.parametrize(
    ("file", "day", "hours"), [(SPRING, "2019-03-10", 23), (AUTUMN, "2019-11-03", 25)]
)
def test_the_days_of_the_clock_change_have_their_hours(
    recordings: Path, file: str, day: str, hours: int
) -> None:
    from datetime import date

    from prices.intervals import day_bounds

    load(recordings / file)
    start, end = day_bounds(date.fromisoformat(day))
    counts = Price.objects.between(start, end).values_list("node").annotate(Count("lmp"))
    assert {count for _, count in counts.order_by()} == {hours}
    assert counts.order_by().count() == 3


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("ericschoettle/5min.csv", "5min.csv holds PRC_SHADOW, not prices"),
        (
            "electricitymaps/20250219_20250227_SLD_FCST_7DA_20250221_01_09_58_v1.zip",
            "20250219_20250227_SLD_FCST_7DA_20250221_01_09_58_v1.csv holds SYS_FCST_7DA_MW",
        ),
        (
            "electricitymaps/20250204_20250211_SLD_REN_FCST_DAM_20250214_04_52_10_v1.zip",
            "20250204_20250211_SLD_REN_FCST_DAM_20250214_04_52_10_v1.csv holds RENEW_FCST_DA_MW",
        ),
        (
            "errors/reconstructed_1000_612bytes.zip",
            "OASIS error 1000: No data returned for the specified selection",
        ),
        (
            "errors/reconstructed_1015_645bytes.zip",
            "OASIS error 1015: GroupZip DownLoad is in Processing, Please Submit request after",
        ),
    ],
)
def test_what_holds_no_prices_is_refused_by_name_and_stores_nothing(
    recordings: Path, file: str, reason: str
) -> None:
    said = StringIO()
    with pytest.raises(CommandError, match="1 of 1 files refused"):
        call_command("load", str(recordings / file), stderr=said)
    assert reason in said.getvalue()
    assert not Price.objects.exists()
    assert Node.objects.count() == 3


def test_one_bad_file_leaves_the_others_alone(recordings: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.zip"
    with pytest.raises(CommandError, match="1 of 2 files refused"):
        call_command(
            "load", str(missing), str(recordings / "ericschoettle/dam.csv"), stderr=StringIO()
        )
    assert Price.objects.count() == 24


def test_an_unknown_node_is_added_untracked_and_nodes_can_be_chosen(recordings: Path) -> None:
    assert "743 prices: 743 new" in load(recordings / SPRING, nodes="SP26SLAK_5_N001")
    node = Node.objects.get(oasis_name="SP26SLAK_5_N001")
    assert (node.slug, node.tracked, node.hub) == ("sp26slak-5-n001", False, "SP26SLAK-5-N001")
    assert Price.objects.values("node").distinct().count() == 1


def answer_of(tmp_path: Path, *names: str, start: str = "2026-11-24 08:00") -> Path:
    """A file with one day-ahead price for each of these nodes."""
    prices = [rendered.price(node=name, start=utc(start)) for name in names]
    path = tmp_path / "made.xml"
    path.write_bytes(rendered.xml(rendered.rows_of(*prices), style=rendered.Style(rows_an_item=1)))
    return path


def test_two_nodes_whose_names_look_alike_are_two(tmp_path: Path) -> None:
    assert "2 new" in load(answer_of(tmp_path, "A_NODE", "A-NODE"))
    slugs = Node.objects.filter(tracked=False).values_list("slug", flat=True)
    assert set(slugs) == {"a-node", "a-node-2"}


def test_a_name_that_no_node_can_have_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(answer_of(tmp_path, "GOOD_NODE", "bad node")), stderr=said)
    assert "'bad node' is no name of a node" in said.getvalue()
    assert (Node.objects.count(), Price.objects.count()) == (3, 0)


def test_a_price_of_years_ahead_is_rejected_by_name(tmp_path: Path) -> None:
    said = load(answer_of(tmp_path, "TH_SP15_GEN-APND", start="2099-11-24 08:00"))
    assert "an interval that is not published yet" in said
    assert not Price.objects.exists()
