#!/bin/sh
# Without a volume of its own, a new container starts empty.
set -eu
. "$(dirname "$0")/dynamodb.sh"

start
create_table
docker rm -f -v "$container" >/dev/null

start
case $(tables) in
  *Supervillains*) fail "a table of the first container is in the second: $(tables)" ;;
esac
docker rm -f -v "$container" >/dev/null
