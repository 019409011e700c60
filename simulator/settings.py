"""Settings of the stand-in, which loads none of our other apps."""

INSTALLED_APPS = ["simulator"]
SECRET_KEY = "the simulator keeps no secrets"  # noqa: S105  # nosec B105
USE_TZ = True
