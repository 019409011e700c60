#!/bin/sh
# A Valkey or Sentinel that a container starts: `start.sh server valkey-1 valkey-2`, `start.sh sentinel
# sentinel-1`. Both write into their configuration after a fail-over who is primary, and that stays. All
# else is at each start as it is here and in the secrets; a first start names the replicas' primary.
set -eu
kind=$1 name=$2 primary=${3:-}
file=/data/$kind.conf
case $kind in
server)
	cat /etc/valkey/server.conf /run/secrets/server_conf >"$file.new"
	echo "replica-announce-ip $name" >>"$file.new"
	if [ -s "$file" ]; then
		sed -n '/^replicaof /p' "$file" >>"$file.new"
	elif [ -n "$primary" ]; then
		echo "replicaof $primary 6379" >>"$file.new"
	fi
	;;
sentinel)
	if [ -s "$file" ]; then
		sed '/^sentinel auth-/d' "$file" >"$file.new"
	else
		cat /etc/valkey/sentinel.conf >"$file.new"
		echo "sentinel announce-ip $name" >>"$file.new"
	fi
	cat /run/secrets/sentinel_conf >>"$file.new"
	;;
esac
mv "$file.new" "$file"
exec "valkey-$kind" "$file"
