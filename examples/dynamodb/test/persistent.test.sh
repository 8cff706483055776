#!/bin/sh
# On the same volume, a new container finds what the first one wrote.
set -eu
. "$(dirname "$0")/dynamodb.sh"

volume=$(docker volume create)
start -v "$volume:/data"
create_table
docker stop "$container" >/dev/null
docker rm "$container" >/dev/null

start -v "$volume:/data"
case $(tables) in
  *Supervillains*) ;;
  *) fail "the table of the first container is gone: $(tables)" ;;
esac
docker rm -f -v "$container" >/dev/null
docker volume rm "$volume" >/dev/null
