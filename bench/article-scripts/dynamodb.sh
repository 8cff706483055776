# What the article does with the AWS command. That one takes a second to start and asks again when the
# connection is refused; curl only asks again.
dynamodb() {
  curl --silent --show-error --fail --retry 20 --retry-delay 1 --retry-all-errors "http://localhost:$PORT/" \
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
  }'
}

list_tables() {
  dynamodb ListTables '{}'
}
