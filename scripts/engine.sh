#!/bin/sh
# Starts a Docker engine where none answers, and ends the one it started. It never touches another engine.
#   scripts/engine.sh start    install Debian's docker.io when there is no dockerd, start it, wait until it answers
#   scripts/engine.sh stop     end the engine that `start` started
#   scripts/engine.sh status   exit code 0 when an engine answers
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/system.sh"
state="$root/.cache/engine"

# Exit code 0: an engine answers; 1: none does; 4: it may not be reached; 5: not this machine's to start.
# Prints where it looked and what it found.
probe() { node "$root/scripts/probe-engine.cjs"; }
answers() { probe >/dev/null 2>&1; }

# A system with an init starts the daemon by itself, and is asked to when it did not.
has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }

refuse_what_is_not_ours_to_start() {
  case $1 in
    4) fail "$2. Add yourself to the group docker (sudo usermod -aG docker \$USER), log in again, and try again." ;;
    5) fail "$2. Start that engine, or unset what points to it, and try again." ;;
  esac
}

start() {
  code=0
  found=$(probe) || code=$?
  [ "$code" -eq 0 ] && return 0
  refuse_what_is_not_ours_to_start "$code" "$found"
  mkdir -p "$state"
  if ! command -v dockerd >/dev/null 2>&1; then
    say "$found; docker.io is needed"
    install_packages docker.io iptables
  fi
  if has_systemd; then start_service; else start_daemon; fi
}

start_service() {
  if ! answers; then
    say "starting the service docker"
    as_root systemctl start docker
    : >"$state/service"
  fi
  await_answer
}

start_daemon() {
  answers && return 0
  say "starting dockerd (log: .cache/engine/dockerd.log)"
  sudo=
  is_root || { sudo=sudo && sudo -v; }
  # setsid: the engine outlives this script and the terminal, as a service would.
  # --group: who starts it may use it, without a new login.
  $sudo setsid dockerd --group "$(id -g)" >"$state/dockerd.log" 2>&1 </dev/null &
  await_answer "$!"
  remember "$state/pid" "$(cat /var/run/docker.pid)"
}

# await_answer [PID]: at most 30 seconds, and no longer than the process lives.
await_answer() {
  tries=0
  until answers; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ] || { [ "$#" -gt 0 ] && [ ! -d "/proc/$1" ]; }; then
      code=0
      found=$(probe) || code=$?
      [ "$code" -eq 0 ] && return 0
      if [ -r "$state/dockerd.log" ]; then tail -n 5 "$state/dockerd.log" >&2; fi
      refuse_what_is_not_ours_to_start "$code" "$found"
      [ "$#" -eq 0 ] || as_root_if_needed "$1" TERM || true
      fail "dockerd did not start; its last lines are above"
    fi
    sleep 0.2
  done
}

stop() {
  if [ -e "$state/service" ]; then
    say "stopping the service docker, which setup started"
    as_root systemctl stop docker.service docker.socket
    rm -f "$state/service"
  fi
  if pid=$(remembered_pid "$state/pid"); then
    say "stopping the dockerd that setup started (pid $pid)"
    end_process "$state/pid"
  fi
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  status) probe ;;
  *)
    sed -n '2,5p' "$0"
    exit 2
    ;;
esac
