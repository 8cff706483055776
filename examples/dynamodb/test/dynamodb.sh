# Shared by the script tests: starts the image on a free port, talks to it with plain curl.

# Starts a container of $IMAGE with the given `docker run` options; sets $container and $url.
start() {
  container=$(docker run -d -p 127.0.0.1::8000 "$@" "$IMAGE")
  url="http://$(docker port "$container" 8000/tcp | head -n 1)/"
  # Any answer will do, and curl tries again at once as long as the connection is refused or cut.
  curl --silent --output /dev/null --retry 300 --retry-delay 0 --retry-max-time 60 --retry-all-errors "$url" || {
    echo "DynamoDB did not answer within 60 seconds:" >&2
    docker logs "$container" >&2
    return 1
  }
}

# dynamodb OPERATION JSON
dynamodb() {
  curl --silent --show-error --fail-with-body "$url" \
    -H "X-Amz-Target: DynamoDB_20120810.$1" \
    -H 'Content-Type: application/x-amz-json-1.0' \
    -H 'Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0' \
    -d "$2"
}

create_table() {
  dynamodb CreateTable '{
    "TableName": "Supervillains",
    "AttributeDefinitions": [{ "AttributeName": "name", "AttributeType": "S" }],
    "KeySchema": [{ "AttributeName": "name", "KeyType": "HASH" }],
    "BillingMode": "PAY_PER_REQUEST"
  }' >/dev/null
}

tables() { dynamodb ListTables '{}'; }

fail() {
  echo "$*" >&2
  exit 1
}
