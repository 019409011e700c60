"""deploy/compose.yaml: as the specification has it, and as the code has it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import new_secrets
from tests.deploy.known import DEPLOY, documents, is_ours, secrets_of, settings

FILE = DEPLOY / "compose.yaml"
COMPOSE = documents(FILE)[0]
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("caiso-live")]


def each_service() -> Any:
    return pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@pytest.mark.process
def test_it_is_as_the_compose_specification_has_it() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, str(FILE)], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout


def test_there_are_as_many_of_each_as_the_topology_has() -> None:
    replicas = {
        name: SERVICES[name].get("deploy", {}).get("replicas", 1)
        for name in ("poller", "worker", "beat", "analyst")
    }
    assert replicas == {"poller": 2, "worker": 2, "beat": 2, "analyst": 1}
    for several in ("web", "valkey", "sentinel"):
        assert len([name for name in SERVICES if name.startswith(f"{several}-")]) == 3
    assert {"proxy", "database", "migrate", "prometheus", "grafana"} <= SERVICES.keys()


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_processes_is_one_of_the_procfile(name: str) -> None:
    assert is_ours(SERVICES[name]["command"])


@pytest.mark.parametrize("name", OURS)
def test_the_state_of_each_lies_on_the_disk_whose_room_is_watched(name: str) -> None:
    folders = {"/app/var/live", "/app/var/simulator"}
    in_memory = {one.partition(":")[0] for one in SERVICES[name]["tmpfs"]}
    on_disk = {one.split(":")[1] for one in SERVICES[name]["volumes"]}
    assert folders <= on_disk
    assert not folders & in_memory, "a disk of 16 MB is always too full"


@pytest.mark.parametrize("name", OURS)
def test_each_setting_is_one_that_the_code_reads(name: str) -> None:
    assert SERVICES[name]["environment"].keys() - settings() == set()


@each_service()
def test_each_secret_named_is_there_is_made_and_reaches_who_reads_it(
    service: dict[str, Any],
) -> None:
    assert set(handed(service).values()) <= COMPOSE["secrets"].keys()
    read = re.findall(r"/run/secrets/(\w+)", str(service.get("environment", "")))
    assert set(read) <= handed(service).keys()


def handed(service: dict[str, Any]) -> dict[str, str]:
    """The secrets of a service: the file's name there, and whose it is."""
    given = service.get("secrets", [])
    named = [one if isinstance(one, dict) else {"source": one, "target": one} for one in given]
    return {one["target"]: one["source"] for one in named}


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_processes_is_handed_its_own_secrets_and_nobody_elses(name: str) -> None:
    service = SERVICES[name]
    assert set(handed(service).values()) == secrets_of(service["command"])
    assert service["environment"]["REDIS_URL_FILE"] == "/run/secrets/redis_url"
    assert handed(service)["redis_url"].startswith("redis_url_")


def test_of_the_others_only_redis_servers_know_who_gets_in() -> None:
    theirs = {name: set(handed(one).values()) for name, one in SERVICES.items() if name not in OURS}
    for name, secrets in theirs.items():
        of_redis = {one for one in secrets if re.search("redis|_conf", one)}
        match name.partition("-")[0]:
            case "valkey":
                assert secrets == {"server_conf", "redis_acl", "redis_password_metrics"}
            case "sentinel":
                assert secrets == {"sentinel_conf"}
            case _:
                assert of_redis == set(), name


def test_whoever_asks_how_a_redis_server_is_may_do_no_more() -> None:
    (_, command) = SERVICES["valkey-1"]["healthcheck"]["test"]
    assert "cat /run/secrets/redis_password_metrics" in command
    assert "valkey-cli --user metrics info replication" in command


def test_every_secret_is_made_by_the_program_for_it(tmp_path: Path) -> None:
    new_secrets.main([str(tmp_path)])
    files = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert files <= {file.name for file in tmp_path.iterdir()}


def test_no_secret_stands_in_the_file_itself() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|_KEY|DATABASE_URL|REDIS_URL", name):
                assert name.endswith("_FILE"), name
                assert str(value).startswith("/run/secrets/")


@each_service()
def test_nobody_is_root_but_who_gives_a_volume_away_and_nothing_more_can_be_had(
    service: dict[str, Any],
) -> None:
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0:") or service["network_mode"] == "none"


@each_service()
def test_each_starts_again_has_bounds_and_a_place_for_what_it_says(service: dict[str, Any]) -> None:
    assert service["restart"] in ("unless-stopped", "on-failure:5", "no")
    assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@each_service()
def test_images_are_of_one_version(service: dict[str, Any]) -> None:
    name, _, version = service["image"].rpartition(":")
    assert name
    assert re.match(r"v?[0-9]+(\.[0-9]+\.[0-9]+)?", version), service["image"]


@each_service()
def test_each_network_volume_and_service_that_is_named_is_there(service: dict[str, Any]) -> None:
    assert set(service.get("networks", [])) <= COMPOSE["networks"].keys()
    assert set(service.get("depends_on", [])) <= SERVICES.keys()
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (DEPLOY / source).is_dir()
        else:
            assert source in COMPOSE["volumes"]


def test_each_waits_for_a_health_check_that_is_there() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"], other


def test_only_the_proxy_can_be_reached_and_who_has_no_need_finds_no_way_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    open_ones = {name for name, how in COMPOSE["networks"].items() if not how.get("internal")}
    outside = {
        name for name, service in SERVICES.items() if open_ones & set(service.get("networks", []))
    }
    assert outside == {"proxy", "poller", "worker"}


def test_the_proxy_is_believed_and_stands_in_the_network_that_is_named() -> None:
    trusted = SERVICES["web-1"]["environment"]["TRUSTED_PROXIES"]
    assert COMPOSE["networks"]["front"]["ipam"]["config"] == [{"subnet": trusted}]
    beside = [name for name, service in SERVICES.items() if "front" in service.get("networks", [])]
    assert beside == ["proxy", "web-1", "web-2", "web-3"]


def test_the_proxy_knows_every_web_process() -> None:
    webs = [f"{name}:8000" for name in SERVICES if name.startswith("web-")]
    assert SERVICES["proxy"]["environment"]["WEBS"].split() == webs
    environment = SERVICES["web-1"]["environment"]
    assert environment["WEB_PROCESSES"] == str(len(webs))
    assert {name for name in SERVICES if name.startswith("web-")} < set(
        environment["ALLOWED_HOSTS"].split(",")
    )


def test_nothing_of_ours_runs_before_the_database_is_up_to_date() -> None:
    for name in set(OURS) - {"migrate"}:
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }


def test_prometheus_asks_one_web_process_at_a_time_and_grafana_asks_prometheus() -> None:
    scraped = documents(DEPLOY / "prometheus/compose.yml")[0]["scrape_configs"][0]
    assert scraped["static_configs"] == [{"targets": ["web:8000"]}]
    names = SERVICES["proxy"]["environment"]["WEBS"].split()
    webs = [SERVICES[web.partition(":")[0]] for web in names]
    assert all(web["networks"]["back"] == {"aliases": ["web"]} for web in webs)
    assert "back" in SERVICES["prometheus"]["networks"]
    assert scraped["authorization"]["credentials_file"] == "/run/secrets/metrics_token"
    grafana = SERVICES["grafana"]
    assert grafana["environment"]["PROMETHEUS_URL"] == "http://prometheus:9090"
    dashboards = grafana["environment"]["CAISO_DASHBOARDS"]
    assert f"./grafana/dashboards:{dashboards}:ro" in grafana["volumes"]


def test_addresses_in_the_secrets_are_those_of_the_services(tmp_path: Path) -> None:
    new_secrets.main([str(tmp_path)])
    assert "@database/caiso" in (tmp_path / "database_url").read_text()
    assert SERVICES["database"]["environment"]["POSTGRES_DB"] == "caiso"
    assert SERVICES["database"]["environment"]["POSTGRES_USER"] == "caiso"
    sentinels = ",".join(f"{name}:26379" for name in SERVICES if name.startswith("sentinel-"))
    for file in tmp_path.glob("redis_url_*"):
        assert f"@{sentinels}/caiso/0" in file.read_text()
    watched = (DEPLOY / "valkey_server/sentinel.conf").read_text()
    assert "sentinel monitor caiso valkey-1 6379 2" in watched
