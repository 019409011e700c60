"""The proxies' configurations, as the proxies read them."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

from deploy import free_ports
from tests.deploy.known import DEPLOY
from tests.stack.running import Program, wait_until, watched

pytestmark = pytest.mark.process
CADDY = Path(sys.executable).with_name("caddy")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NGINX_CONF = "events {{}} pid {folder}/pid; error_log stderr; http {{ include {site}; }}\n"


def said_by_caddy(*command: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"SITE_HOST": "prices.example.com", "XDG_DATA_HOME": "/nonexistent"}
    return subprocess.run(
        [CADDY, *command],
        cwd=DEPLOY / "caddy",
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("file", ["Caddyfile", "compose.caddy"])
def test_caddy_finds_nothing_wrong(file: str) -> None:
    checked = said_by_caddy("adapt", "--validate", "--config", file, "--adapter", "caddyfile")
    assert checked.returncode == 0, checked.stderr
    assert '"level":"warn"' not in checked.stderr


def test_the_container_of_caddy_is_well_once_it_listens(tmp_path: Path) -> None:
    first = free_ports.reserve()
    ports = dict(
        zip(("HTTP_PORT", "HTTPS_PORT", "HEALTH_PORT"), range(first, first + 3), strict=True)
    )
    named = {"SITE_HOST": "localhost", "CERTIFICATES": "internal", "XDG_DATA_HOME": str(tmp_path)}
    environ = os.environ | named | {name: str(port) for name, port in ports.items()}
    command = [CADDY, "run", "--config", "compose.caddy", "--adapter", "caddyfile"]
    output = tmp_path / "said"
    with output.open("wb") as said:
        proxy = subprocess.Popen(command, cwd=DEPLOY / "caddy", env=environ, stderr=said)
    try:
        with watched(Program(proxy, output)):
            wait_until(lambda: answer(ports["HEALTH_PORT"]) == b"ok", 20, "Caddy says it is well")
    finally:
        proxy.terminate()
        proxy.wait(10)
    checked = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["proxy"]
    assert checked["healthcheck"]["test"][-1] == "http://127.0.0.1:2020/"
    assert "HEALTH_PORT:2020" in (DEPLOY / "caddy/compose.caddy").read_text()


def answer(port: int) -> bytes | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answered:
            return bytes(answered.read())
    except OSError:
        return None


@pytest.mark.parametrize("file", ["Caddyfile", "compose.caddy", "grafana.caddy"])
def test_a_file_of_caddy_is_written_as_caddy_writes_it(file: str) -> None:
    assert said_by_caddy("fmt", file).stdout == (DEPLOY / "caddy" / file).read_text()


@pytest.mark.skipif(not NGINX, reason="no nginx is installed here")
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl is installed here")
def test_nginx_finds_nothing_wrong(tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    written = (DEPLOY / "nginx/caiso-live.conf").read_text()
    for name in ("fullchain", "privkey"):
        written = re.sub(rf"/etc/letsencrypt/\S+/{name}\.pem", f"{tmp_path}/{name}.pem", written)
    # Ports below 1024 and IPv6 are not everybody's.
    site.write_text(
        re.sub(r"listen \[::\].*\n", "", written).replace("listen ", "listen 127.0.0.1:")
    )
    give_certificate(tmp_path)
    (tmp_path / "nginx.conf").write_text(NGINX_CONF.format(folder=tmp_path, site=site))
    command = [str(NGINX), "-t", "-q", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stderr


def give_certificate(folder: Path) -> None:
    """One that nobody trusts, for a server that only reads it."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    made += ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"]
    subprocess.run(made, check=True, capture_output=True, timeout=120)


def test_both_keep_inside_what_tells_how_the_system_is_doing() -> None:
    assert (
        "@inside path /metrics /readyz\n\trespond @inside 404"
        in (DEPLOY / "caddy/Caddyfile").read_text()
    )
    site = (DEPLOY / "nginx/caiso-live.conf").read_text()
    for path in ("/metrics", "/readyz"):
        assert f"location = {path} {{ return 404; }}" in site
