# Sourced by the other scripts: words to the person, root rights, Debian packages, processes that are ours.

# Daemons live where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 3; }

is_root() { [ "$(id -u)" = 0 ]; }

as_root() {
  if is_root; then "$@"; else sudo "$@"; fi
}

# Installs Debian packages, or says what a person with root rights has to install.
install_packages() {
  command -v apt-get >/dev/null 2>&1 || fail "missing: $*. Install them with this system's package manager and try again."
  is_root || command -v sudo >/dev/null 2>&1 || fail "missing: $*. As root, run: apt-get install $*"
  say "installing Debian packages: $*"
  mkdir -p "$root/.cache"
  if ! { as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$root/.cache/apt.log" 2>&1; then
    cat "$root/.cache/apt.log" >&2
    fail "apt-get could not install: $*; its output is above"
  fi
}

# The start time of a process tells it from a later one that was given the same pid.
started_at() {
  [ -r "/proc/$1/stat" ] || return 0
  # The name in brackets may hold spaces; what follows it does not.
  sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# remember FILE PID
remember() { printf '%s %s\n' "$2" "$(started_at "$2")" >"$1"; }

# Prints the pid in FILE when that very process is alive, fails otherwise.
remembered_pid() {
  [ -r "$1" ] || return 1
  read -r pid start <"$1" || return 1
  [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ] && printf '%s\n' "$pid"
}

# end_process FILE: ends the remembered process and waits until it is gone, SIGKILL after 30 seconds.
end_process() {
  if pid=$(remembered_pid "$1"); then
    as_root_if_needed "$pid" TERM
    tries=0
    while remembered_pid "$1" >/dev/null; do
      tries=$((tries + 1))
      [ "$tries" -eq 300 ] && as_root_if_needed "$pid" KILL
      sleep 0.1
    done
  fi
  rm -f "$1"
}

as_root_if_needed() { kill -s "$2" "$1" 2>/dev/null || as_root kill -s "$2" "$1" 2>/dev/null; }
