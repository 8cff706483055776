#!/bin/sh
# Makes data/: runs the DynamoDB image, writes two villains, and takes the files of its volume.
# IMAGE_DYNAMODB is the image that was just built.
set -eu
cd "$(dirname "$0")"
IMAGE=$IMAGE_DYNAMODB
. ../test/dynamodb.sh

start
create_table
dynamodb PutItem '{ "TableName": "Supervillains", "Item": { "name": { "S": "The Joker" }, "city": { "S": "Gotham" } } }' >/dev/null
dynamodb PutItem '{ "TableName": "Supervillains", "Item": { "name": { "S": "Magneto" }, "city": { "S": "Genosha" } } }' >/dev/null

# Stopped first, so that the files are whole.
docker stop "$container" >/dev/null
rm -rf data
docker cp "$container:/data" data >/dev/null
docker rm -v "$container" >/dev/null
ls data/*.db >/dev/null
