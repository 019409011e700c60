"""What deployment files may name: the code's own processes, settings, addresses and metrics."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy import processes
from deploy.paths import ROOT

DEPLOY = ROOT / "deploy"
SETTING = re.compile(r"""env\.\w+\(\s*"([A-Z][A-Z_]+)"|environ(?:\.get)?[\[(]"([A-Z][A-Z_]+)"|"""
                     r"""address\(\s*env, "([A-Z_]+)"|\$\{([A-Z_]+):-""")  # fmt: skip
READERS = ["caisoproject/settings.py", "caisoproject/environment.py", "deploy/plan.py", "Procfile"]
RUNS = ["python", "-m"]
PROGRAMS = {"deploy.prepare", "deploy.healthy"}
# Whose user of Redis each process is; what comes before them is done as a worker.
LOGS_IN_AS = {
    "web": "web",
    "poller": "worker",
    "worker": "worker",
    "beat": "beat",
    "analyst": "analyst",
    "deploy.prepare": "worker",
}


def roles() -> set[str]:
    """The processes of the Procfile."""
    return {command.name for command in processes.of_procfile(ROOT / "Procfile", {})}


def settings() -> set[str]:
    """Every name that is read from the environment, and each with `_FILE`."""
    source = "\n".join((ROOT / reader).read_text() for reader in READERS)
    names = {name for found in SETTING.findall(source) for name in found if name}
    return names | {f"{name}_FILE" for name in names}


def is_ours(command: list[str]) -> bool:
    """Whether a command starts a process of the Procfile or one of our programs, as they are."""
    if command[:2] != RUNS:
        return False
    match command[2:]:
        case ["deploy.role", role]:
            return role in roles()
        case [program]:
            return program in PROGRAMS and (ROOT / f"{program.replace('.', '/')}.py").exists()
    return False


def secrets_of(command: list[str]) -> set[str]:
    """What a process is handed, exactly: of the users of Redis its own alone."""
    common = {"secret_key", "database_url", "feed_token", "battery_token", "metrics_token"}
    own = {"admin_password"} if "deploy.prepare" in command else set()
    return {*common, *own, "vapid_private_key", f"redis_url_{LOGS_IN_AS[command[-1]]}"}


def documents(file: Path) -> list[dict[str, Any]]:
    """The YAML documents in a file."""
    return [found for found in yaml.safe_load_all(file.read_text()) if found]


def within(held: Any, name: str) -> Iterator[Any]:
    """Whatever stands under `name`, however deep."""
    if isinstance(held, dict):
        for key, value in held.items():
            if key == name:
                yield value
            yield from within(value, name)
    elif isinstance(held, list):
        for item in held:
            yield from within(item, name)
