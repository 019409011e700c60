"""The sums of docs/scaling.md: by hand here, from plain constants."""

import pytest

from benchmarks import scaling
from benchmarks.scaling_readers import frame_of, pong
from benchmarks.scaling_sums import Constants, most_copied, needs
from prices.budget import given_per_minute, needed_per_minute

PLAIN = Constants(
    row_bytes=200,
    event_bytes=400,
    news_per_s=1000,
    publish_ms=5,
    idle_ms=4,
    heads_ms_a_node=0.05,
    redis_bytes=4_000_000,
    reader_bytes=25_000,
    write_us=8,
    price_bytes=400,
    waiting_us_a_s=5,
    waiting_bytes_a_s=60,
)


def test_one_node_and_a_hundred_readers_fit_into_one_small_machine() -> None:
    need = needs(1, 100, PLAIN)
    assert need.webs == 1
    assert need.web_cores == pytest.approx(100 * (408 * 8 / 86_400 + 5) / 1e6 + 0.00001)
    assert need.worker_cores == pytest.approx((408 * 6 / 86_400 + 0.4) / 1000)
    assert need.disk_gb == pytest.approx((408 * 365 * 200 + 408 * 35 * 400) / 1e9)
    assert need.redis_gb == 0.004
    assert need.egress_gb == pytest.approx(100 * 30 * (408 * 400 + 86_400 * 60) / 1e9)
    assert need.usd == pytest.approx(
        15 + (need.memory_gb + need.redis_gb) * 4 + need.disk_gb * 0.1 + need.egress_gb * 0.05
    )


def test_a_million_readers_need_a_hundred_processes_and_nodes_cost_each_of_them() -> None:
    few, many = needs(1, 1_000_000, PLAIN), needs(16_000, 1_000_000, PLAIN)
    assert few.webs == many.webs == 100
    assert many.web_cores - few.web_cores == pytest.approx(100 * 15_999 * 0.05 / 1000 / 5)
    assert few.memory_gb == pytest.approx(25 + 10 + 0.35)


def test_one_worker_keeps_so_many_nodes_copied() -> None:
    assert most_copied(PLAIN) == 2500


def test_oasis_gives_prices_of_170_nodes_asked_for_ten_at_a_time() -> None:
    """docs/scaling.md says so; at 6 seconds between two requests."""
    given = given_per_minute(6)
    assert needed_per_minute(170) <= given < needed_per_minute(171)


def test_each_constant_is_measured_by_one_of_the_programs() -> None:
    stored = {"rows": 1, "events": 1, "past_per_s": 1, "news_per_s": 1, "rules_per_s": 1}
    stored |= {"row_bytes": 1, "event_bytes": 1, "publish_ms": 1, "idle_ms": 1, "heads_ms": 2}
    stored |= {"heads": 2, "redis_bytes": 1, "stream": 1}
    reader = {"snapshot_bytes": 1.0, "reader_bytes": 1.0, "waiting_us_a_s": 1.0}
    reader |= {"waiting_bytes_a_s": 1.0, "write_us": 1.0, "price_bytes": 1.0, "deliveries": 1.0}
    lines = scaling.figures_of("SQLite", stored) + scaling.figures_of_readers(reader)
    lines += scaling.sums("SQLite", stored, reader, (1, 100))
    assert len({line.what for line in lines}) == len(lines) == 9 + 6 + 1 + 2 * 5


def test_frames_are_taken_apart_wherever_they_are_cut() -> None:
    ping, event = b"\x89\x02hi", b"\x81\x7e\x00\x80" + b"e" * 128
    whole = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + event + ping
    assert frame_of(whole) == (0x81, b"e" * 128, ping)
    assert frame_of(ping) == (0x89, b"hi", b"")
    assert [frame_of(event[:size]) for size in (0, 1, 3, 131)] == [None] * 4
    assert pong(b"hi") == b"\x8a\x82\0\0\0\0hi"
