"""The machine that was measured on, without which a figure says nothing."""

import os
import platform
import sqlite3
from datetime import datetime
from pathlib import Path

import django
from lxml import etree

GIB = 1024**3


def machine() -> list[str]:
    """Its hardware, the versions of what ran on it, and the time."""
    cores = len(os.sched_getaffinity(0))
    ram_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return [
        f"Machine: {cpu_model()}, {cores} cores, {ram_gib:.1f} GiB RAM, "
        f"{platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f} at the end",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"Django {django.__version__}, lxml {dotted(etree.LXML_VERSION)} "
        f"(libxml2 {dotted(etree.LIBXML_VERSION)})",
        f"Measured on {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    ]


def cpu_model() -> str:
    """The CPU as the kernel names it, or only its architecture if the kernel does not."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            return f"{name}{clock()}"
    return platform.machine()


def clock() -> str:
    """The first core's clock rate as the kernel sees it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("cpu MHz"):
            return f" at {float(line.partition(':')[2]) / 1000:.2f} GHz"
    return ""


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version)).removesuffix(".0")
