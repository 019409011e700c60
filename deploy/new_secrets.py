"""Makes the secrets of a deployment: `python3 -m deploy.new_secrets deploy/secrets`.

One file each, as `*_FILE` settings, containers and systemd take them; what is there already stays,
but for what follows from passwords and from the rights that users of Redis have in this version.
The folder is closed, the files are not: inside a container another user reads each of them.
Standard library only, so that it runs before anything is installed.
"""

import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from deploy import redis_users
from deploy.redis_users import PASSWORDS, SERVICE
from prices import redis_address

SENTINELS = ",".join(f"sentinel-{number}:26379" for number in (1, 2, 3))
# Made by chance, with how many bytes. A VAPID key is 32 bytes.
RANDOM = {
    "secret_key": 48,
    "feed_token": 24,
    "battery_token": 24,
    "metrics_token": 24,
    "vapid_private_key": 32,
    "postgres_password": 24,
    "admin_password": 12,
    "grafana_password": 12,
    **dict.fromkeys(PASSWORDS.values(), 24),
}
# Of versions that had one password for everybody at Redis.
OLDER = ("redis_url", "valkey_password", "valkey_conf")


def main(arguments: Sequence[str]) -> None:
    asked = parser().parse_args(arguments)
    folder: Path = asked.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {name: kept(folder / name, secrets.token_urlsafe(size)) for name, size in RANDOM.items()}
    passwords = {user: made[name] for user, name in PASSWORDS.items()}
    place = redis_place(asked.redis, folder / "redis_url")
    kept(folder / "database_url", database_url(made["postgres_password"], asked.database))
    for name, text in redis_users.addresses(passwords, place).items():
        kept(folder / name, text)
    for name, text in redis_users.of_servers(passwords, database_in(folder)).items():
        written(folder / name, text)
    print(f"The secrets are in {folder}; the password of the account admin in admin_password.")
    if older := [name for name in OLDER if (folder / name).exists()]:
        print(
            f"{', '.join(older)}: nothing reads that any longer, as every process has a user of "
            'Redis of its own now; docs/operations.md, "Upgrades", has the step.'
        )


def parser() -> ArgumentParser:
    made = ArgumentParser(prog="python3 -m deploy.new_secrets", description="Make the secrets.")
    made.add_argument("folder", type=Path)
    made.add_argument("--database", default="database", help="host of PostgreSQL, and :port")
    made.add_argument("--redis", help="host:port of one Redis or Valkey, without Sentinels")
    return made


def kept(file: Path, text: str) -> str:
    """What is in the file; `text` if there was none."""
    if not file.exists():
        file.write_text(f"{text}\n")
        file.chmod(0o444)
    return file.read_text().strip()


def written(file: Path, text: str) -> None:
    """The file holds just this, whatever it held."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    kept(new, text)
    new.replace(file)


def redis_place(asked: str | None, older: Path) -> str:
    """Where Redis is: as asked, as an older version was told, or where compose has it."""
    if asked:
        return f"redis://{asked}/0"
    if older.exists():
        return redis_users.without_user(older.read_text().strip())
    return f"sentinel://{SENTINELS}/{SERVICE}/0"


def database_in(folder: Path) -> int:
    """The number of the database at Redis. Ends the program where an address was typed wrongly."""
    try:
        return redis_address.read((folder / "redis_url_worker").read_text().strip()).database
    except redis_address.Unreadable as fault:
        raise SystemExit(f"redis_url_worker {fault}") from fault


def database_url(password: str, host: str) -> str:
    return f"postgres://caiso:{password}@{host}/caiso"


if __name__ == "__main__":
    main(sys.argv[1:])
