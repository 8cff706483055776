import { expect, test } from 'seatrial/test';

const headers = {
  'Content-Type': 'application/x-amz-json-1.0',
  Authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

async function dynamodb(url: string, operation: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'X-Amz-Target': `DynamoDB_20120810.${operation}` },
    body: JSON.stringify(body),
  });
  return await response.json();
}

const table = {
  TableName: 'Supervillains',
  AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
};
const villain = { name: { S: 'The Joker' }, city: { S: 'Gotham' } };

test('an item outlives its container on the same volume', async ({ run }) => {
  const first = await run();
  await dynamodb(first.url(8000), 'CreateTable', table);
  await dynamodb(first.url(8000), 'PutItem', { TableName: 'Supervillains', Item: villain });

  const second = await first.replace();

  expect(
    await dynamodb(second.url(8000), 'GetItem', {
      TableName: 'Supervillains',
      Key: { name: villain.name },
    }),
  ).toEqual({ Item: villain });
});

test('a request without credentials is refused, not answered', async ({ run }) => {
  const container = await run();

  const response = await fetch(container.url(8000), { method: 'POST', body: '{}' });

  expect(response.status).toBe(400);
});

test('the database runs as an ordinary user and writes only to its volume', async ({ image }) => {
  expect(image.config.user).toBe('1000:1000');
  expect(image.config.volumes).toEqual(['/data']);
});
