"""What `make run` decides from its environment, and what it refuses in one sentence."""

import json
from pathlib import Path

import dj_database_url
import pytest

from deploy import plan
from deploy.refusal import Refused

VAR = Path("/srv/caiso live/var")


def test_without_settings_prices_come_from_auto_on_port_8000():
    assert plan.wanted_source({}) == "auto"
    assert plan.wanted_port({}) == 8000


@pytest.mark.parametrize("port", ["0", "65534", "http", "-1", "80.5", "٨٠٠٠", "1e3"])
def test_an_impossible_port_is_named_in_the_sentence(port):
    with pytest.raises(Refused, match=f"PORT={port} is not a port number from 1 to 65533"):
        plan.wanted_port({"PORT": port})


@pytest.mark.parametrize("number", ["0", "11", "two", "-1", "1.5", "٢"])
def test_an_impossible_number_of_web_processes_is_named_in_the_sentence(number):
    with pytest.raises(Refused, match=f"WEB_PROCESSES={number} is not a number from 1 to 10"):
        plan.wanted_web_processes({"WEB_PROCESSES": number})


def test_there_is_one_web_process_unless_more_are_wanted():
    assert plan.wanted_web_processes({"WEB_PROCESSES": ""}) == 1
    assert plan.wanted_web_processes({"WEB_PROCESSES": "10"}) == 10


def test_an_unknown_source_is_named_in_the_sentence():
    with pytest.raises(Refused, match="SOURCE=demo is not one of auto, live, simulator"):
        plan.wanted_source({"SOURCE": "demo"})


@pytest.mark.parametrize(
    ("bind", "url", "interface"),
    [
        ("", "http://127.0.0.1:8000", "127.0.0.1"),
        ("0.0.0.0", "http://127.0.0.1:8000", "0.0.0.0"),
        ("localhost", "http://127.0.0.1:8000", "127.0.0.1"),
        ("::", "http://[::1]:8000", r"\:\:"),
        ("[::1]", "http://[::1]:8000", r"\:\:1"),
        ("2001:db8::7", "http://[2001:db8::7]:8000", r"2001\:db8\:\:7"),
    ],
)
def test_the_web_listens_on_any_address_of_the_machine(bind, url, interface):
    chosen = plan.decide({"BIND": bind}, source="live", port=8000, var_dir=VAR)
    assert chosen.url == url
    assert plan.environment(chosen, {})["WEB_INTERFACE"] == interface


@pytest.mark.parametrize("bind", ["eth0", "127.0.0.1:8000", "http://127.0.0.1", "256.1.1.1", "::g"])
def test_an_impossible_address_is_named_in_the_sentence(bind):
    with pytest.raises(Refused, match=r"^BIND=.* is not an IP address such as 127\.0\.0\.1"):
        plan.decide({"BIND": bind}, source="live", port=8000, var_dir=VAR)


def test_a_redis_that_no_program_could_find_is_refused_before_anything_starts():
    environ = {"REDIS_URL": "sentinel://me:hunter2@a:26379,b:26379"}
    with pytest.raises(Refused, match=r"^REDIS_URL does not say which service is meant") as refused:
        plan.decide(environ, source="live", port=8000, var_dir=VAR)
    assert "hunter2" not in str(refused.value)
    named = environ["REDIS_URL"] + "/prices"
    chosen = plan.decide({"REDIS_URL": named}, source="live", port=8000, var_dir=VAR)
    assert (chosen.redis_url, chosen.embeds_valkey) == (named, False)


def test_the_simulator_has_a_database_a_redis_and_an_oasis_of_its_own():
    chosen = plan.decide({}, source="simulator", port=8300, var_dir=VAR)
    assert chosen.embeds_valkey
    assert chosen.embeds_simulator
    assert chosen.redis_url == "redis://127.0.0.1:8301/0"
    assert chosen.oasis_url == "http://127.0.0.1:8302/oasisapi"
    assert [port.number for port in chosen.ports()] == [8300, 8301, 8302]
    database = dj_database_url.parse(chosen.database_url)
    assert database["NAME"] == "/srv/caiso live/var/simulator/db.sqlite3"


def test_live_prices_are_kept_apart_from_simulated_ones():
    live = plan.decide({}, source="live", port=8000, var_dir=VAR)
    assert live.state == VAR / "live"
    assert live.oasis_url == "https://oasis.caiso.com/oasisapi"
    assert not live.embeds_simulator


def test_services_named_in_the_environment_replace_the_embedded_ones():
    environ = {
        "REDIS_URL": "redis://redis.example/1",
        "DATABASE_URL": "postgres://db.example/caiso",
        "OASIS_URL": "http://stand-in.example/oasisapi",
    }
    chosen = plan.decide(environ, source="simulator", port=8000, var_dir=VAR)
    assert not chosen.embeds_valkey
    assert not chosen.embeds_simulator
    assert [port.number for port in chosen.ports()] == [8000]
    started_with = plan.environment(chosen, environ)
    assert environ.items() <= started_with.items()


def test_processes_find_the_virtual_environments_programs_first():
    chosen = plan.decide({}, source="live", port=8000, var_dir=VAR)
    environ = plan.environment(chosen, {"PATH": "/usr/bin", "LANG": "C"})
    assert environ["PATH"].split(":")[0].endswith(".venv/bin")
    assert environ["PATH"].endswith(":/usr/bin")
    assert (environ["SOURCE"], environ["PORT"], environ["LANG"]) == ("live", "8000", "C")


def test_commands_run_by_hand_use_what_the_last_run_used():
    chosen = plan.decide({}, source="simulator", port=8000, var_dir=Path("/v"))
    assert json.loads(chosen.as_json()) == {
        "source": "simulator",
        "port": 8000,
        "redis_url": "redis://127.0.0.1:8001/0",
        "oasis_url": "http://127.0.0.1:8002/oasisapi",
        "database_url": "sqlite:////v/simulator/db.sqlite3",
    }
