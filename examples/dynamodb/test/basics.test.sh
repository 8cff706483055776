#!/bin/sh
# The database answers, takes a table and lists it.
set -eu
. "$(dirname "$0")/dynamodb.sh"

start
create_table

case $(tables) in
  *Supervillains*) ;;
  *) fail "the table that was created is not listed: $(tables)" ;;
esac
docker rm -f -v "$container" >/dev/null
