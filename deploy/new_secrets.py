"""Makes the secrets of a deployment: `python3 -m deploy.new_secrets deploy/secrets`.

One file each, as `*_FILE` settings, containers and systemd take them; what is there already stays.
The folder is closed, the files are not: inside a container another user reads each of them.
Standard library only, so that it runs before anything is installed.
"""

import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

SENTINELS = ",".join(f"sentinel-{number}:26379" for number in (1, 2, 3))
# Made by chance, with how many bytes. A VAPID key is 32 bytes.
RANDOM = {
    "secret_key": 48,
    "feed_token": 24,
    "battery_token": 24,
    "metrics_token": 24,
    "vapid_private_key": 32,
    "postgres_password": 24,
    "valkey_password": 24,
    "admin_password": 12,
    "grafana_password": 12,
}


def main(arguments: Sequence[str]) -> None:
    asked = parser().parse_args(arguments)
    folder: Path = asked.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {name: kept(folder / name, secrets.token_urlsafe(size)) for name, size in RANDOM.items()}
    for name, text in derived(made, asked.database, asked.redis).items():
        kept(folder / name, text)
    print(f"The secrets are in {folder}; the password of the account admin in admin_password.")


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


def derived(made: Mapping[str, str], database: str, redis: str | None) -> dict[str, str]:
    """What holds a password that another file holds too. Pure."""
    password = made["valkey_password"]
    sentinels = f"sentinel://:{password}@{SENTINELS}/caiso/0"
    return {
        "database_url": f"postgres://caiso:{made['postgres_password']}@{database}/caiso",
        "redis_url": f"redis://:{password}@{redis}/0" if redis else sentinels,
        "valkey_conf": f"requirepass {password}\nmasterauth {password}",
        "sentinel_conf": f"sentinel auth-pass caiso {password}",
    }


if __name__ == "__main__":
    main(sys.argv[1:])
