#!/usr/bin/env bash
# In the style of the article: one fixed port, a sleep, and all containers of the image are removed by force.
# IMAGE is a tag that nothing else carries, PORT a port that was free.
set -e
. "$(dirname "$0")/dynamodb.sh"

echo "Cleaning up old containers..."
docker ps -a | grep "$IMAGE" | awk '{print $1}' | xargs -r docker rm -f

echo "Checking that we can run the container..."
ID=$(docker run -d -p "$PORT:8000" "$IMAGE")
sleep 2

echo "Checking that we can create a table..."
create_table

echo "Cleaning up..."
docker stop "$ID" && docker rm -v "$ID"
