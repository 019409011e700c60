#!/bin/sh
# Runs a command with the settings and secrets in /etc/caiso-live, where no systemd hands them over:
# `runuser -u caiso-live -- deploy/with_settings.sh python -m deploy.run`.
set -eu
cd "$(dirname "$0")/.."
place=${SETTINGS_DIR:-/etc/caiso-live}
set -a
. "$place/settings.env"
for name in SECRET_KEY DATABASE_URL REDIS_URL FEED_TOKEN BATTERY_TOKEN METRICS_TOKEN \
	VAPID_PRIVATE_KEY ADMIN_PASSWORD; do
	export "${name}_FILE=$place/secrets/$(echo "$name" | tr '[:upper:]' '[:lower:]')"
done
VAR_DIR=${VAR_DIR:-/var/lib/caiso-live}
PATH=$PWD/.venv/bin:$PATH
exec "$@"
