"""The secrets of a deployment in containers."""

import stat
import subprocess
import sys

import pytest

from caisoproject.environment import misread
from caisoproject.redis_acl import OF_THE_PROGRAM, lines, roles
from deploy import new_secrets
from deploy.paths import ROOT
from prices import redis_address


def made(folder, *options):
    new_secrets.main([str(folder), *options])
    return {file.name: file.read_text().strip() for file in folder.iterdir()}


def test_addresses_have_the_passwords_that_their_servers_have(tmp_path):
    held = made(tmp_path / "secrets")
    assert held["database_url"] == f"postgres://caiso:{held['postgres_password']}@database/caiso"
    assert misread(held["database_url"]) is None
    for user in OF_THE_PROGRAM:
        address = redis_address.read(held[f"redis_url_{user}"])
        assert (address.user, address.password) == (user, held[f"redis_password_{user}"])
    copies, watches = held["redis_password_replica"], held["redis_password_sentinel"]
    assert held["server_conf"] == f"masteruser replica\nmasterauth {copies}"
    assert held["sentinel_conf"].splitlines() == [
        "sentinel auth-user caiso sentinel",
        f"sentinel auth-pass caiso {watches}",
    ]


def test_the_servers_get_digests_of_all_users_and_nobody_else_gets_in(tmp_path):
    held = made(tmp_path)
    passwords = {user: held[f"redis_password_{user}"] for user in roles(0)}
    assert held["redis_acl"].splitlines() == lines(passwords)
    assert not [password for password in passwords.values() if password in held["redis_acl"]]


@pytest.mark.process
def test_it_runs_before_anything_is_installed(tmp_path):
    """Without the folder of installed packages."""
    command = [sys.executable, "-S", "-m", "deploy.new_secrets", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_what_is_there_stays(tmp_path):
    assert made(tmp_path) == made(tmp_path)


def test_two_deployments_share_no_secret(tmp_path):
    first, second = made(tmp_path / "first"), made(tmp_path / "second")
    assert not set(first.values()) & set(second.values())


def test_nobody_else_on_the_machine_can_look_into_the_folder(tmp_path):
    made(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_no_password_is_shown(tmp_path, capsys):
    held = made(tmp_path)
    shown = capsys.readouterr().out
    assert not [name for name, text in held.items() if text in shown]


def test_servers_of_this_machine_are_named_without_sentinels(tmp_path):
    held = made(tmp_path, "--database", "127.0.0.1", "--redis", "127.0.0.1:6379")
    assert held["database_url"].endswith("@127.0.0.1/caiso")
    assert held["redis_url_web"] == f"redis://web:{held['redis_password_web']}@127.0.0.1:6379/0"
    assert redis_address.read(held["redis_url_web"]).hosts == (("127.0.0.1", 6379),)


def test_without_a_folder_it_says_what_is_missing(capsys):
    with pytest.raises(SystemExit):
        new_secrets.main([])
    assert "required: folder" in capsys.readouterr().err


OLD = {
    "valkey_password": "hunter2",
    "valkey_conf": "requirepass hunter2\nmasterauth hunter2",
    "sentinel_conf": "sentinel auth-pass caiso hunter2",
    "secret_key": "kept",
}


def older(folder, redis_url):
    """A folder as it was made while everybody had one password."""
    for name, text in {**OLD, "redis_url": redis_url}.items():
        (folder / name).write_text(f"{text}\n")


def test_a_folder_of_an_older_version_gets_what_is_missing_and_hears_what_nobody_reads(
    tmp_path, capsys
):
    older(tmp_path, "sentinel://:hunter2@a:26379,b:26379/caiso/0")
    held = made(tmp_path)
    assert (held["secret_key"], held["valkey_password"]) == ("kept", "hunter2")
    assert held["redis_url_web"].endswith("@a:26379,b:26379/caiso/0")
    assert held["sentinel_conf"].startswith("sentinel auth-user caiso sentinel\n")
    said = capsys.readouterr().out.splitlines()[1]
    assert said.startswith("redis_url, valkey_password, valkey_conf: nothing reads that any longer")


@pytest.mark.parametrize(
    ("was", "place"),
    [
        ("redis://:hunter2@127.0.0.1:6379/0", "redis://web:{}@127.0.0.1:6379/0"),
        ("rediss://h/2?ssl_ca_certs=/ca", "rediss://web:{}@h/2?ssl_ca_certs=/ca"),
        ("unix:///run/redis.sock?db=1", "unix://web:{}@/run/redis.sock?db=1"),
    ],
)
def test_where_redis_was_there_it_is(tmp_path, was, place):
    older(tmp_path, was)
    held = made(tmp_path)
    assert held["redis_url_web"] == place.format(held["redis_password_web"])
    assert f"&/{redis_address.read(was).database}.celeryev/*" in held["redis_acl"]


def test_an_address_that_was_typed_stays_and_what_users_may_do_is_that_of_this_version(tmp_path):
    first = made(tmp_path)
    (tmp_path / "redis_url_web").chmod(0o644)
    (tmp_path / "redis_url_web").write_text("redis://web:typed@redis.example/0")
    (tmp_path / "redis_acl").chmod(0o644)
    (tmp_path / "redis_acl").write_text("user web on nopass +get")
    again = made(tmp_path)
    assert again["redis_url_web"] == "redis://web:typed@redis.example/0"
    assert again["redis_acl"] == first["redis_acl"]
    assert sorted(again) == sorted(first)


def test_an_address_that_was_typed_wrongly_is_said_in_a_sentence(tmp_path):
    made(tmp_path)
    (tmp_path / "redis_url_worker").chmod(0o644)
    (tmp_path / "redis_url_worker").write_text("redis://worker:secret@h:port/0")
    with pytest.raises(SystemExit, match="redis_url_worker can't be read: a host, or its port"):
        made(tmp_path)
