import { setTimeout as delay } from 'node:timers/promises';
import {
  callContainer,
  callEngine,
  createdSchema,
  inspectedSchema,
  volumeSchema,
} from './raw-engine.ts';

const PORT = 8000;
const POLL_MS = 10;
const READY_WITHIN_MS = 60_000;

interface Container {
  readonly id: string;
  readonly host: string;
}

/**
 * The article's three tests by hand, with no more than they need: three starts, two of them one after the
 * other. A writes to a volume and is stopped, B reads from that volume, and C beside them knows nothing.
 */
export async function runRawStateTests(image: string): Promise<void> {
  const volume = volumeSchema.parse(
    JSON.parse((await callEngine('POST', '/volumes/create', {})).body),
  ).Name;
  const written = Promise.withResolvers<void>();
  const line = async (): Promise<void> => {
    const first = await startReady(image, [`${volume}:/data`]);
    await createTable(first);
    await expectTables(first, true);
    written.resolve();
    await callEngine('POST', `/containers/${first.id}/stop?t=10`);
    const gone = remove(first);
    const second = await startReady(image, [`${volume}:/data`]);
    await expectTables(second, true);
    await Promise.all([gone, remove(second)]);
    await callEngine('DELETE', `/volumes/${volume}`);
  };
  const beside = async (): Promise<void> => {
    const other = await startReady(image, []);
    await written.promise;
    await expectTables(other, false);
    await remove(other);
  };
  await Promise.all([line(), beside()]);
}

async function startReady(image: string, binds: readonly string[]): Promise<Container> {
  const { body } = await callEngine('POST', '/containers/create', {
    Image: image,
    HostConfig: { Binds: binds },
  });
  const id = createdSchema.parse(JSON.parse(body)).Id;
  await callEngine('POST', `/containers/${id}/start`);
  const inspected = await callEngine('GET', `/containers/${id}/json`);
  const host = inspectedSchema.parse(JSON.parse(inspected.body)).NetworkSettings.IPAddress;
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(host))) {
    if (performance.now() > deadlineMs) throw new Error(`${image} did not become ready`);
    await delay(POLL_MS);
  }
  return { id, host };
}

async function isReady(host: string): Promise<boolean> {
  try {
    return (await callContainer({ host, port: PORT, method: 'GET' })).status < 500;
  } catch {
    return false;
  }
}

async function remove({ id }: Container): Promise<void> {
  await callEngine('DELETE', `/containers/${id}?force=1&v=1`);
}

async function createTable(container: Container): Promise<void> {
  await callDynamodb(container, 'CreateTable', {
    TableName: 'Supervillains',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
  });
}

async function expectTables(container: Container, isExpected: boolean): Promise<void> {
  const tables = await callDynamodb(container, 'ListTables', {});
  if (tables.includes('Supervillains') !== isExpected)
    throw new Error(`the tables are not what they should be: ${tables}`);
}

async function callDynamodb({ host }: Container, operation: string, body: object): Promise<string> {
  const answer = await callContainer(
    {
      host,
      port: PORT,
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      },
    },
    JSON.stringify(body),
  );
  if (answer.status !== 200) throw new Error(`${operation} gave ${answer.status}: ${answer.body}`);
  return answer.body;
}
