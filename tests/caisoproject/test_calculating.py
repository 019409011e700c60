"""The process that calculates, as the analyst starts it: on its own, without work, with work."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from deploy.paths import ROOT
from tests.stack.running import line_of

pytestmark = pytest.mark.process
PRINTS = """
import os, sys, django; django.setup()
from caisoproject import calculating, calculations
def advise(item):
    print("from Python", flush=True)
    os.system("echo from below")
    print(os.environ["OMP_NUM_THREADS"], file=sys.stderr)
calculations.HANDLERS["advise"] = advise
calculating.main(sys.argv[1])
"""


@contextmanager
def calculating(lane: str, *program: str, keep_s: int = 600) -> Iterator["subprocess.Popen[bytes]"]:
    chosen = program or ("-m", "caisoproject.calculating")
    environ = {name: text for name, text in os.environ.items() if name != "OMP_NUM_THREADS"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *chosen, lane],
        env={**environ, "ANALYST_KEEP_S": str(keep_s), "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def answer(process: "subprocess.Popen[bytes]", line: bytes) -> bytes:
    assert process.stdin
    process.stdin.write(line + b"\n")
    process.stdin.flush()
    return line_of(process)


@pytest.mark.long
def test_it_ends_by_itself_once_it_had_no_work_for_a_while() -> None:
    with calculating("quick", keep_s=1) as process:
        assert answer(process, b"{}") == b"done\n"
        assert answer(process, b"nonsense") == b"done\n"
        assert process.wait(10) == 0


@pytest.mark.parametrize(("lane", "niceness"), [("quick", 0), ("slow", 10)])
def test_a_back_test_yields_to_everything_else(lane: str, niceness: int) -> None:
    with calculating(lane) as process:
        assert answer(process, b"{}") == b"done\n"
        assert psutil.Process(process.pid).nice() == psutil.Process().nice() + niceness
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0


def test_what_a_solver_prints_is_no_answer() -> None:
    with calculating("quick", "-c", PRINTS) as process:
        assert answer(process, b'{"do": "advise"}') == b"done\n"
        out, said = process.communicate(timeout=60)
    assert out == b""
    assert said.split(b"\n")[-4:] == [b"from Python", b"from below", b"1", b""]


def loaded_by(module: str, *unneeded: str) -> list[str]:
    """Which of these are loaded with a module."""
    ask = (
        f"import sys, django; django.setup(); import {module};"
        f"print(*{set(unneeded)} & sys.modules.keys())"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "caisoproject.settings"}
    told = subprocess.check_output(
        [sys.executable, "-c", ask], cwd=ROOT, env=environ, text=True, timeout=120
    )
    return told.split()


def test_it_holds_neither_numpy_nor_the_judging_of_rules_before_it_is_asked() -> None:
    unneeded = ("numpy", "highspy", "celery", "alerts.judging.evaluate")
    assert loaded_by("caisoproject.calculations", *unneeded) == []


def test_advice_does_not_wait_for_the_solver_to_be_imported() -> None:
    assert loaded_by("battery.advice.advising", "highspy", "scipy") == []
