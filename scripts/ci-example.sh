#!/bin/sh
# Builds, tests and ships examples/dynamodb to an embedded registry that outlives this script.
#   SEATRIAL_REGISTRY_PORT   port of that registry on the loopback address (default: 5005)
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/system.sh"
state="$root/.cache/registry"
port=${SEATRIAL_REGISTRY_PORT:-5005}

is_port_taken() {
  node -e 'require("node:net").connect(Number(process.argv[1]), "127.0.0.1")
    .on("connect", () => process.exit(0)).on("error", () => process.exit(1))' "$port"
}

start_registry() {
  if remembered_pid "$state/pid" >/dev/null && [ "$(cat "$state/port")" = "$port" ]; then return 0; fi
  end_process "$state/pid"
  if is_port_taken; then
    fail "port $port is in use by another program. Choose another: SEATRIAL_REGISTRY_PORT=5006 make ci"
  fi
  mkdir -p "$state/data"
  say "starting the embedded registry at 127.0.0.1:$port (folder: .cache/registry/data)"
  setsid "$root/bin/seatrial" registry serve --folder "$state/data" --port "$port" >"$state/log" 2>&1 </dev/null &
  pid=$!
  until grep -q '^listening on ' "$state/log"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      cat "$state/log" >&2
      fail "the embedded registry did not start; what it said is above"
    fi
    sleep 0.1
  done
  remember "$state/pid" "$pid"
  printf '%s\n' "$port" >"$state/port"
}

start_registry
export SEATRIAL_REGISTRY="127.0.0.1:$port"
(cd "$root/examples/dynamodb" && "$root/bin/seatrial" ci)
node "$root/scripts/shipped.ts" "$root/examples/dynamodb"
