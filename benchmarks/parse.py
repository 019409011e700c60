"""How fast a month of five-minute prices is parsed, and in how much memory."""

from typing import Any

from benchmarks.figures import Figure, Rounds, timed_ratio
from benchmarks.simulated_month import CSV, simulated_month
from benchmarks.stage import staged

ROUNDS = 15
MOST_TIMES_BARE = 1.6
MOST_TIMES_PANDAS = 1.0
MOST_MB = 60
NOTES = [
    "bare iterparse: lxml over the same XML, inflated beforehand, clearing each REPORT_DATA and "
    "reading nothing;",
    "pandas: gridstatus's way with the same month as zipped CSV, to a DataFrame of floats, nothing "
    "checked;",
    "  ours reads, checks and returns every price. All in CPU seconds.",
]


def measure() -> list[Figure]:
    """Time beside a bare iterparse and beside pandas, and the peak of memory."""
    with staged() as stage:
        in_xml, in_csv = stage.plan.state / "xml.zip", stage.plan.state / "csv.zip"
        in_xml.write_bytes(simulated_month(stage))
        in_csv.write_bytes(simulated_month(stage, resultformat=CSV))
        timed = stage.answer("parse_rounds", in_xml, in_csv, ROUNDS)
        peaks = {"XML": in_xml, "CSV": in_csv}
        memories = [memory(kind, stage.answer("parse_peak", zip_)) for kind, zip_ in peaks.items()]
    return [*speeds(timed), *memories]


def speeds(timed: dict[str, Any]) -> list[Figure]:
    """Ours against a bare iterparse and against pandas; XML against pandas for comparison."""
    rows, pandas = f"{timed['rows']:,} rows", timed["pandas"]
    xml = f"parse: {rows}, {timed['xml_bytes'] / 1e6:.1f} MB of XML"
    bare = Rounds(timed["xml"], timed["bare"])
    return [
        timed_ratio(xml, bare, "bare iterparse", MOST_TIMES_BARE),
        timed_ratio(
            f"parse: {rows}, zipped CSV",
            Rounds(timed["csv_zip"], pandas),
            "pandas",
            MOST_TIMES_PANDAS,
        ),
        timed_ratio(
            f"parse: {rows}, zipped XML", Rounds(timed["xml_zip"], pandas), "pandas, CSV", None
        ),
    ]


def memory(kind: str, peak: dict[str, int]) -> Figure:
    """The peak while parsing, above the idle process."""
    megabytes = peak["peak_bytes"] / 1e6
    return Figure(
        what=f"parse: {kind}, peak memory above idle, {peak['prices']:,} prices in hand",
        ours=f"{megabytes:.1f} MB",
        floor=f"{peak['idle_bytes'] / 1e6:.1f} MB idle, the zip loaded",
        limit=f"≤ {MOST_MB} MB",
        met=megabytes <= MOST_MB,
    )
