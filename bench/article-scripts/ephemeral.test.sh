#!/usr/bin/env bash
# In the style of the article: see basics.test.sh.
set -e
. "$(dirname "$0")/dynamodb.sh"

echo "Cleaning up old containers..."
docker ps -a | grep "$IMAGE" | awk '{print $1}' | xargs -r docker rm -f

ID=$(docker run -d -p "$PORT:8000" "$IMAGE")
sleep 2
create_table
docker stop "$ID" && docker rm -v "$ID"

echo "Checking that the table is gone from a new container..."
ID=$(docker run -d -p "$PORT:8000" "$IMAGE")
sleep 2
if list_tables | grep -q Supervillains; then
  echo "expected to find no table"
  exit 1
fi
docker stop "$ID" && docker rm -v "$ID"
