#!/bin/sh
# Starts a Docker engine where none answers, and ends the one it started. It never touches another engine.
#   scripts/engine.sh start    install Debian's docker.io when there is no dockerd, start it, wait until it answers
#   scripts/engine.sh stop     end the engine that `start` started, by its remembered pid
#   scripts/engine.sh status   exit code 0 when an engine answers
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
state="$root/.cache/engine"
host=${DOCKER_HOST:-unix:///var/run/docker.sock}
socket=${host#unix://}

say() { printf 'setup: %s\n' "$*" >&2; }

answers() {
  case $host in
    unix://*) [ -S "$socket" ] && curl --silent --fail --max-time 5 --unix-socket "$socket" http://engine/_ping >/dev/null 2>&1 ;;
    *) docker version >/dev/null 2>&1 ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else return 126
  fi
}

# The start time tells our daemon from a later process that was given the same pid.
started_at() { awk '{ print $22 }' "/proc/$1/stat" 2>/dev/null || true; }

is_ours() {
  [ -r "$state/pid" ] || return 1
  read -r pid start <"$state/pid"
  [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ]
}

install_docker() {
  if ! command -v apt-get >/dev/null 2>&1; then
    say "no container engine answers at $host. Install Docker Engine 20.10 or later, start it, and try again."
    exit 3
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    say "no container engine answers at $host. As root, run: apt-get install docker.io"
    exit 3
  fi
  say "installing docker.io (Debian's Docker engine), because no engine answers at $host"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io iptables >"$state/apt.log" 2>&1 ||
    { cat "$state/apt.log" >&2; say "apt-get could not install docker.io; its output is above"; exit 3; }
}

start() {
  answers && return 0
  case $host in unix://*) ;; *) say "DOCKER_HOST=$host does not answer. Start that engine or unset DOCKER_HOST."; exit 3 ;; esac
  mkdir -p "$state"
  command -v dockerd >/dev/null 2>&1 || install_docker
  answers && return 0
  say "starting dockerd (log: .cache/engine/dockerd.log)"
  # setsid: the engine outlives this script and the terminal, as a service would.
  as_root setsid dockerd >"$state/dockerd.log" 2>&1 </dev/null &
  tries=0
  until answers; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ]; then
      tail -n 5 "$state/dockerd.log" >&2
      say "dockerd did not answer within 30 seconds; its last lines are above"
      exit 3
    fi
    sleep 0.2
  done
  pid=$(cat /var/run/docker.pid)
  printf '%s %s\n' "$pid" "$(started_at "$pid")" >"$state/pid"
}

stop() {
  is_ours || return 0
  read -r pid _ <"$state/pid"
  say "stopping the dockerd that setup started (pid $pid)"
  as_root kill "$pid"
  while [ -d "/proc/$pid" ]; do sleep 0.1; done
  rm -f "$state/pid"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  status) answers ;;
  *) sed -n '2,5p' "$0"; exit 2 ;;
esac
