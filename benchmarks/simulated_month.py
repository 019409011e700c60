"""A month of five-minute prices as OASIS sends it, from the simulator over HTTP."""

import urllib.request
from urllib.parse import urlencode

from benchmarks.stage import Stage

SIMULATOR = (
    "python manage.py simulate_oasis --port {port} --now 2026-11-20 --no-limit "
    "--missing-rate 0 --revision-rate 0"
)
MONTH = {
    "queryname": "PRC_INTVL_LMP",
    "market_run_id": "RTM",
    "version": "1",
    "node": "TH_SP15_GEN-APND",
    "startdatetime": "20261001T07:00-0000",
    "enddatetime": "20261101T07:00-0000",
}
CSV = "6"


def simulated_month(stage: Stage, **more: str) -> bytes:
    """October 2026 at SP15: 31 days of 288 intervals of 5 rows, the same in every run."""
    url = f"{stage.plan.oasis_url}/SingleZip?{urlencode(MONTH | more)}"
    received: list[bytes] = []
    with stage.running(SIMULATOR.format(port=stage.plan.simulator_port)):
        stage.wait_until(lambda: fetched(url, received), 30, "the simulator")
    return received[0]


def fetched(url: str, received: list[bytes]) -> bool:
    """Whether the simulator answered; its answer goes to `received`."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310
            received.append(response.read())
    except OSError:
        return False
    return True
