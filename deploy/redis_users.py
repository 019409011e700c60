"""The users of Redis in a deployment: what its servers, and each process, are told of them. Pure.

What each may do is in `caisoproject/redis_acl.py`. Standard library only: `deploy/new_secrets.py`
runs before anything is installed.
"""

from collections.abc import Mapping

from caisoproject.redis_acl import OF_THE_PROGRAM, lines, roles

SERVICE = "caiso"
PASSWORDS = {user: f"redis_password_{user}" for user in roles(0)}
# As whom each process of the Procfile logs in.
OF_PROCESS = {
    "web": "web",
    "poller": "worker",
    "worker": "worker",
    "beat": "beat",
    "analyst": "analyst",
}
ONE_EACH = {user: f"REDIS_URL_{user.upper()}_FILE" for user in OF_THE_PROGRAM}


def addresses(passwords: Mapping[str, str], place: str) -> dict[str, str]:
    """The file of each address, where `place` is one without a user: redis://127.0.0.1:6379/0."""
    scheme, _, hosts = place.partition("://")
    return {
        f"redis_url_{user}": f"{scheme}://{user}:{passwords[user]}@{hosts}"
        for user in OF_THE_PROGRAM
    }


def without_user(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def of_servers(passwords: Mapping[str, str], database: int = 0) -> dict[str, str]:
    """The files of the servers: who gets in, with digests; as whom replicas and Sentinels do."""
    replica, sentinel = passwords["replica"], passwords["sentinel"]
    return {
        "redis_acl": "\n".join(lines(passwords, database)),
        "server_conf": f"masteruser replica\nmasterauth {replica}",
        "sentinel_conf": f"sentinel auth-user {SERVICE} sentinel\n"
        f"sentinel auth-pass {SERVICE} {sentinel}",
    }


def environment(process: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What the process gets of an environment that is for several: its own address of Redis.

    There REDIS_URL_FILE is for commands typed by hand, REDIS_URL_WEB_FILE and so on for processes.
    """
    kept = {name: text for name, text in environ.items() if name not in ONE_EACH.values()}
    own = environ.get(ONE_EACH.get(OF_PROCESS.get(process, ""), ""))
    return {**kept, "REDIS_URL_FILE": own} if own and "REDIS_URL_FILE" in kept else kept
