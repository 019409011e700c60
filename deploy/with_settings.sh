#!/bin/sh
# Runs a command with the settings and secrets in /etc/caiso-live, where no systemd hands them over:
# `runuser -u caiso-live -- deploy/with_settings.sh python -m deploy.run`.
# At Redis a command typed by hand is a worker, who may do most: fetch, and fill Redis anew. The launcher
# and `deploy.role` start each process with the address of its own user instead.
set -eu
cd "$(dirname "$0")/.."
place=${SETTINGS_DIR:-/etc/caiso-live}
set -a
. "$place/settings.env"
for name in SECRET_KEY DATABASE_URL REDIS_URL_WEB REDIS_URL_WORKER REDIS_URL_BEAT REDIS_URL_ANALYST \
	FEED_TOKEN BATTERY_TOKEN METRICS_TOKEN VAPID_PRIVATE_KEY ADMIN_PASSWORD; do
	export "${name}_FILE=$place/secrets/$(echo "$name" | tr '[:upper:]' '[:lower:]')"
done
REDIS_URL_FILE=$REDIS_URL_WORKER_FILE
if [ ! -r "$REDIS_URL_FILE" ]; then
	echo "There is no $REDIS_URL_FILE to read: see docs/operations.md, \"Upgrades\"." >&2
	exit 1
fi
VAR_DIR=${VAR_DIR:-/var/lib/caiso-live}
PATH=$PWD/.venv/bin:$PATH
exec "$@"
