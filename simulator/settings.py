"""Settings of the stand-in alone: nothing of ours is loaded beside it."""

INSTALLED_APPS = ["simulator"]
SECRET_KEY = "the simulator keeps no secrets"  # noqa: S105
USE_TZ = True
