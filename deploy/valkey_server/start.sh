#!/bin/sh
# A Valkey or Sentinel that a container starts: `start.sh server valkey-1 valkey-2`, `start.sh sentinel
# sentinel-1`. Both write into their configuration after a fail-over who is primary, so what is there
# already stays. A first configuration names the replicas' primary, and has the password from a secret.
set -eu
kind=$1 name=$2 primary=${3:-}
file=/data/$kind.conf
if [ ! -s "$file" ]; then
	cat "/etc/valkey/$kind.conf" "/run/secrets/${kind}_conf" >"$file.new"
	case $kind in
	server) echo "replica-announce-ip $name" >>"$file.new" ;;
	sentinel) echo "sentinel announce-ip $name" >>"$file.new" ;;
	esac
	if [ -n "$primary" ]; then echo "replicaof $primary 6379" >>"$file.new"; fi
	mv "$file.new" "$file"
fi
case $kind in
server) exec valkey-server "$file" ;;
sentinel) exec valkey-sentinel "$file" ;;
esac
