#!/bin/sh
# Ends what the targets of the Makefile started, and removes what they made. Nothing else is touched.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/system.sh"
cd "$root"

if pid=$(remembered_pid .cache/registry/pid); then say "stopping the registry (pid $pid)"; fi
end_process .cache/registry/pid
scripts/engine.sh stop

rm -rf dist schema coverage .seatrial
# What git ignores under examples/ is generated: root file systems, jars, runs.
if [ -d .git ] || [ -f .git ]; then git clean -qfdX examples || as_root git -c safe.directory="$root" clean -qfdX examples; fi
rm -rf .cache
