#!/usr/bin/env bash
# In the style of the article: see basics.test.sh. The data is kept in a folder of the host.
set -e
. "$(dirname "$0")/dynamodb.sh"

echo "Cleaning up old containers..."
docker ps -a | grep "$IMAGE" | awk '{print $1}' | xargs -r docker rm -f

DATA=$(mktemp -d /tmp/seatrial-bench-data.XXXXXX)
trap 'rm -rf "$DATA"' EXIT
chmod 777 "$DATA"

ID=$(docker run -d -p "$PORT:8000" -v "$DATA:/data" "$IMAGE")
sleep 2
create_table
docker stop "$ID" && docker rm -v "$ID"

echo "Checking that the table is there in a new container..."
ID=$(docker run -d -p "$PORT:8000" -v "$DATA:/data" "$IMAGE")
sleep 2
list_tables | grep -q Supervillains
docker stop "$ID" && docker rm -v "$ID"
