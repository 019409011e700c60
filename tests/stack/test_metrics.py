"""A real Prometheus reads `/metrics` of a whole stack and answers every expression of ours."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.sync.client import connect

from deploy import free_ports
from telemetry import signs
from tests.deploy.test_watching import promtool
from tests.deploy.watching import ALERTING, PROMETHEUS, RECORDING, expressions
from tests.stack.desk import Desk
from tests.stack.running import Program, wait_until, watched

pytestmark = pytest.mark.xdist_group("stack")
# What has no figure while nothing of the kind has happened, or for hours.
WITHOUT_DATA = (
    *("Messages overdue", "Rules that fire", "Time to deliver", "Deliveries waiting"),
    *("Battery advice", "Failed tasks", "Publication delay", "caiso:delivery_latency"),
    *("caiso:tasks_failed", "Kept answers", "caiso:cache_hits"),
)


class Prometheus(Program):
    """A Prometheus that reads the stack each second."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path, port: int) -> None:
        super().__init__(process, output)
        self.port = port

    def ask(self, path: str, **query: str) -> Any:
        """The data of an answer; None if there is none."""
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def values(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """What an expression gives now, with the labels of each value. Fails if it is refused."""
        found = self.ask("query", query=expression)
        assert found is not None, expression
        return [(one["metric"], float(one["value"][1])) for one in found["result"]]


@pytest.fixture(scope="module")
def prometheus(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """With our own configuration, but for the address and the pace."""
    if not (program := shutil.which("prometheus")):
        pytest.skip("no prometheus here: apt-get install prometheus")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_ports.reserve()
    shutil.copytree(PROMETHEUS / "rules", folder / "rules")
    configuration = (PROMETHEUS / "prometheus.yml").read_text()
    configuration = configuration.replace(": 15s", ": 1s").replace(": 10s", ": 1s")
    assert "127.0.0.1:8000" in configuration
    configuration = configuration.replace("127.0.0.1:8000", f"127.0.0.1:{desk.stack.port}")
    (folder / "prometheus.yml").write_text(configuration)
    options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    options += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    output = folder / "output.txt"
    with output.open("wb") as said:
        process = subprocess.Popen([program, *options], stdout=said, stderr=said)
    try:
        started = Prometheus(process, output, port)
        with watched(started):
            wait_until(lambda: started.ask("query", query="up"), 60, "Prometheus")
            yield started
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_prometheus_reads_the_stack_and_every_expression_has_an_answer(
    desk: Desk, prometheus: Prometheus
) -> None:
    def is_read() -> bool:
        samples = prometheus.ask("query", query="count_over_time(caiso_tracked_nodes[1m])")
        return bool(samples and samples["result"] and float(samples["result"][0]["value"][1]) > 6)

    wait_until(is_read, 60, "seven scrapes")
    assert prometheus.values("up") == [({"__name__": "up", **target(desk)}, 1.0)]
    empty = {where for where, text in expressions() if not prometheus.values(text)}
    alerts = {rule["alert"] for rule in ALERTING}
    unexpected = {where for where in empty - alerts if not where.startswith(WITHOUT_DATA)}
    assert not unexpected
    assert not [alert for alert in prometheus.ask("alerts")["alerts"] if is_wrong(alert)]


def target(desk: Desk) -> dict[str, str]:
    return {"instance": f"127.0.0.1:{desk.stack.port}", "job": "caiso"}


def is_wrong(alert: dict[str, Any]) -> bool:
    """Whether it fires in a stack that is well: its clock stands where a test has put it."""
    about_prices = ("CaisoDataLate", "CaisoDayAheadLate", "CaisoGapsGrowing")
    return alert["state"] == "firing" and alert["labels"]["alertname"] not in about_prices


def test_every_rule_is_evaluated_without_an_error(prometheus: Prometheus) -> None:
    def evaluated() -> list[Any]:
        found = prometheus.ask("rules")
        rules = [rule for group in found["groups"] for rule in group["rules"]] if found else []
        return [rule for rule in rules if not rule["lastEvaluation"].startswith("0001")]

    wait_until(lambda: len(evaluated()) == len(RECORDING) + len(ALERTING), 60, "all rules")
    assert {rule["health"] for rule in evaluated()} == {"ok"}


def test_the_figures_are_those_of_the_stack(desk: Desk, prometheus: Prometheus) -> None:
    wait_until(lambda: prometheus.values("caiso_processes"), 30, "a scrape")
    alive = {labels["kind"]: value for labels, value in prometheus.values("caiso_processes")}
    assert alive == dict.fromkeys(signs.KINDS, 1.0)
    memory = prometheus.values("caiso_process_resident_memory_bytes > 5e6")
    assert {labels["kind"] for labels, _ in memory} == {*signs.KINDS}
    assert prometheus.values("caiso_tracked_nodes")[0][1] == 3
    seen = prometheus.values("time() - caiso_process_last_seen_timestamp_seconds")
    assert max(age for _, age in seen) < 30
    answered = prometheus.values('caiso_oasis_requests_total{outcome="ok"}')
    reports = {"PRC_INTVL_LMP", "PRC_RTPD_LMP", "PRC_LMP"}
    assert reports <= {labels["report"] for labels, value in answered if value > 0}
    stored = prometheus.values('sum by (market) (caiso_prices_recorded_total{verdict="new"}) > 0')
    assert {labels["market"] for labels, _ in stored} == {"RTM", "RTPD", "DAM"}
    tasks = prometheus.values('caiso_tasks_total{state="done"} > 0')
    assert {"caisoproject.tasks.poll", "alerts.tasks.deliver"} <= {
        labels["task"] for labels, _ in tasks
    }


def test_promtool_has_nothing_to_say_against_the_page(desk: Desk) -> None:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{desk.stack.port}/metrics", timeout=20
    ) as answer:
        page = answer.read().decode()
    assert promtool("check", "metrics", told=page) == ""


def test_who_reads_the_live_feed_is_counted_in_all(desk: Desk, prometheus: Prometheus) -> None:
    token = (desk.stack.state / "feed_token").read_text()
    address = f"ws://127.0.0.1:{desk.stack.port}/ws?hubs=SP15"
    shown = {"Authorization": f"Bearer {token}"}
    wait_until(lambda: prometheus.values("sum(caiso_feed_readers)"), 30, "a scrape")
    before = prometheus.values("sum(caiso_feed_readers)")[0][1]
    written = 'sum(caiso_feed_messages_total{kind=~"snapshot|heartbeat"})'
    with connect(address, additional_headers=shown) as client:
        assert json.loads(client.recv(timeout=10))["type"] == "hello"
        wait_until(
            lambda: prometheus.values("sum(caiso_feed_readers)")[0][1] == before + 1, 30, "a reader"
        )
        wait_until(lambda: prometheus.values(f"{written} > 0"), 30, "frames")
    anew = 'caiso_feed_joins_total{how="anew"} > 0'
    wait_until(lambda: prometheus.values(anew), 30, "who joined")
    wait_until(lambda: prometheus.values("sum(caiso_feed_readers)")[0][1] == before, 30, "its end")
