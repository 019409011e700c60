"""The README's "Run it for real": whatever it names is there, and does what it says."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from caisoproject.production import Chosen, refusal
from deploy import new_secrets, redis_users
from deploy.paths import ROOT
from tests.deploy.known import DEPLOY, is_ours, settings

README = (ROOT / "README.md").read_text()
RECIPE = README[README.index("## Run it for real") : README.index("## Settings")]
BLOCKS = re.findall(r"```sh\n(.*?)```", RECIPE, re.DOTALL)
SHELL = "\n".join(BLOCKS)
ONE_EACH = set(redis_users.ONE_EACH.values())
WEBS = ["127.0.0.1:8001", "127.0.0.1:8002"]


def written_settings() -> dict[str, str]:
    """What the recipe writes into settings.env."""
    (held,) = re.findall(r"settings\.env <<'END'\n(.*?)END\n", SHELL, re.DOTALL)
    return dict(line.split("=", 1) for line in held.splitlines())


@pytest.mark.process
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][:40])
def test_a_shell_can_read_each_block(block: str) -> None:
    read = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, timeout=120)
    assert (read.returncode, read.stderr) == (0, "")


def test_each_target_of_make_and_each_command_is_there() -> None:
    targets = re.findall(r"(?m)^([a-z]+(?: [a-z]+)*):", (ROOT / "Makefile").read_text())
    wanted = re.findall(r"\bmake ([a-z]+)$", SHELL, re.MULTILINE)
    assert wanted
    assert set(wanted) <= set(" ".join(targets).split())
    commands = re.findall(r"manage\.py (\w+)", SHELL)
    assert commands
    assert set(commands) <= get_commands().keys()


def test_each_program_is_there_and_understands_its_options() -> None:
    (options,) = re.findall(r"python3 -m deploy\.new_secrets (.*)", SHELL)
    asked = new_secrets.parser().parse_args(shlex.split(options))
    assert str(asked.folder) == "/etc/caiso-live/secrets"
    for module in re.findall(r"python3? -m ([\w.]+)", SHELL):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


def test_each_file_is_there() -> None:
    named = {*re.findall(r"(?<![\w/.-])deploy/[\w./@-]+", SHELL)}
    named |= {link.partition("#")[0] for link in re.findall(r"\]\(([\w./-]+)", RECIPE)}
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name.rstrip("/")).exists()] == []


def test_each_secret_that_is_read_is_one_that_is_made(tmp_path: Path) -> None:
    new_secrets.main([str(tmp_path)])
    read = re.findall(r"/etc/caiso-live/secrets/(\w+)", RECIPE)
    assert set(read) <= {file.name for file in tmp_path.iterdir()}


def test_its_settings_are_some_that_production_takes() -> None:
    held = written_settings()
    assert held.keys() <= settings()
    assert held["PRODUCTION"] == "1"
    chosen = Chosen(
        secret_key="3cWm4zYj-8vLq1hR7tX9pKd2sNf6bGa0uEoViTyBMJxHwCZQkPl",
        debug=False,
        allowed_hosts=held["ALLOWED_HOSTS"].split(","),
        site_url=held["SITE_URL"],
        public_dashboard=held.get("PUBLIC_DASHBOARD", "1") == "1",
        metrics_token="one that new_secrets made",
    )
    assert refusal(chosen) is None
    assert "SITE_URL" in str(refusal(chosen._replace(site_url="http://prices.example.com")))


def test_its_ports_are_those_of_the_units_and_of_the_proxies() -> None:
    units = (DEPLOY / "systemd/caiso.target").read_text()
    assert re.findall(r"caiso-web@(\d+)", units) == [web.partition(":")[2] for web in WEBS]
    assert f'WEBS="{" ".join(WEBS)}"' in SHELL
    assert f"{{$WEBS:{' '.join(WEBS)}}}" in (DEPLOY / "caddy/Caddyfile").read_text()
    nginx = (DEPLOY / "nginx/caiso-live.conf").read_text()
    assert re.findall(r"server (127\S+) ", nginx) == WEBS
    assert written_settings()["WEB_PROCESSES"] == str(len(WEBS))


def test_the_launcher_is_one_of_our_programs() -> None:
    assert "-- deploy/with_settings.sh python -m deploy.run\n" in SHELL
    assert not is_ours(["python", "-m", "deploy.nothing"])


@pytest.mark.process
def test_without_systemd_a_command_gets_settings_and_the_same_secrets(tmp_path: Path) -> None:
    new_secrets.main([str(tmp_path / "secrets")])
    (tmp_path / "settings.env").write_text('SITE_URL=https://a.example\nSIGNED="Two words"\n')
    environ = {"PATH": os.environ["PATH"], "SETTINGS_DIR": str(tmp_path)}
    command = [DEPLOY / "with_settings.sh", "env"]
    run = subprocess.run(
        command, cwd="/", env=environ, capture_output=True, text=True, check=True, timeout=120
    )
    got = dict(line.split("=", 1) for line in run.stdout.splitlines())
    assert (got["SITE_URL"], got["SIGNED"]) == ("https://a.example", "Two words")
    files = {name: path for name, path in got.items() if name.endswith("_FILE")}
    assert files.keys() <= settings() | ONE_EACH
    assert all(Path(path).is_file() for path in files.values())
    unit = (DEPLOY / "systemd/caiso-prepare.service").read_text()
    assert files["REDIS_URL_FILE"] == files["REDIS_URL_WORKER_FILE"]
    assert files.keys() - ONE_EACH == set(re.findall(r"(?m)^Environment=(\w+_FILE)=", unit))
    assert got["PWD"] == str(ROOT)
    assert got["PATH"].startswith(f"{ROOT}/.venv/bin:")


@pytest.mark.process
def test_without_systemd_a_folder_of_an_older_version_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "settings.env").touch()
    environ = {"PATH": os.environ["PATH"], "SETTINGS_DIR": str(tmp_path)}
    command = [DEPLOY / "with_settings.sh", "env"]
    run = subprocess.run(command, env=environ, capture_output=True, text=True)
    missing = tmp_path / "secrets/redis_url_worker"
    said = f'There is no {missing} to read: see docs/operations.md, "Upgrades".\n'
    assert (run.returncode, run.stdout, run.stderr) == (1, "", said)


def test_redis_reads_its_users_from_where_the_recipe_puts_them() -> None:
    (place,) = re.findall(r"redis_acl (/\S+)", SHELL)
    assert f"\naclfile {place}\n" in (DEPLOY / "redis.conf").read_text()
