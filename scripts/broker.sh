#!/usr/bin/env bash
# Starts a mosquitto that drops nothing, for one workspace on this machine: broker.sh FOLDER [PORT]
# It listens on 127.0.0.1 without passwords and keeps its sessions in FOLDER/broker; Ctrl-C ends it.
set -euo pipefail
folder=${1:?"broker.sh FOLDER [PORT]"}
port=${2:-1883}
PATH=$PATH:/usr/sbin
command -v mosquitto >/dev/null || { echo "broker: mosquitto is missing; on Debian: sudo apt-get install mosquitto" >&2; exit 1; }

mkdir -p "$folder/broker"
state=$(cd "$folder/broker" && pwd)
# 0 is “as many as there are”: by default mosquitto silently drops what waits for an absent client beyond 1,000 messages,
# and sends 20 messages before it waits for an acknowledgement.
cat >"$state/mosquitto.conf" <<SETTINGS
listener $port 127.0.0.1
allow_anonymous true
persistence true
persistence_location $state/
autosave_interval 10
max_queued_messages 0
max_inflight_messages 1000
set_tcp_nodelay true
$([ "$(id -u)" = 0 ] && echo "user root")
SETTINGS
exec mosquitto -c "$state/mosquitto.conf"
