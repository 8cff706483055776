#!/bin/sh
# The villains are there from the first start on.
set -eu
. "$(dirname "$0")/dynamodb.sh"

start
case $(dynamodb Scan '{ "TableName": "Supervillains" }') in
  *Joker*) ;;
  *) fail "the seeded table holds no Joker: $(tables)" ;;
esac
docker rm -f -v "$container" >/dev/null
