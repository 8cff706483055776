#!/bin/sh
# Makes the machine ready. Says what it installs before it does; when all is there it touches and says nothing.
#   scripts/setup.sh dependencies   node_modules as in package-lock.json
#   scripts/setup.sh engine         a container engine that answers (scripts/engine.sh)
#   scripts/setup.sh NAME…          Debian packages, those whose command is missing
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/system.sh"

dependencies() {
  command -v npm >/dev/null 2>&1 || fail "npm is missing. Install Node (any version from 20 on, with npm) and try again."
  stamp="$root/node_modules/.seatrial-lock"
  wanted=$(cksum <"$root/package-lock.json")
  [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return 0
  say "installing the packages of package-lock.json into node_modules (npm ci)"
  mkdir -p "$root/.cache"
  if ! (cd "$root" && npm ci --no-audit --no-fund --loglevel=error) >"$root/.cache/npm.log" 2>&1; then
    cat "$root/.cache/npm.log" >&2
    fail "npm ci failed; its output is above"
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

# Whether the command for which the package is wanted is there. Debian's `busybox` is linked dynamically
# and of no use in an image made FROM scratch.
has_command_of() {
  case $1 in
    busybox-static) [ -x /bin/busybox ] && ! ldd /bin/busybox 2>&1 | grep -q '=>' ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

packages() {
  missing=
  for name in "$@"; do
    has_command_of "$name" || missing="$missing $name"
  done
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # a list of package names, split on purpose
  install_packages $missing
}

needed=
for name in "$@"; do
  case $name in
    dependencies) dependencies ;;
    engine) "$root/scripts/engine.sh" start ;;
    *) needed="$needed $name" ;;
  esac
done
# shellcheck disable=SC2086 # as above
packages $needed
