import { randomBytes } from 'node:crypto';
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

/** A network for the containers; made before anything is measured. */
export async function createRawNetwork(): Promise<AsyncDisposable & { readonly name: string }> {
  const name = `seatrial-bench-${randomBytes(6).toString('hex')}`;
  await callEngine('POST', '/networks/create', { Name: name });
  return {
    name,
    [Symbol.asyncDispose]: async () => void (await callEngine('DELETE', `/networks/${name}`)),
  };
}

interface Place {
  readonly image: string;
  readonly network: string;
}

/**
 * The article's three tests by hand, with no more than they need: three starts, two of them one after the
 * other. A writes to a volume and is stopped, B reads from that volume, and C beside them knows nothing.
 */
export async function runRawStateTests(image: string, network: string): Promise<void> {
  const place = { image, network };
  const volume = volumeSchema.parse(
    JSON.parse((await callEngine('POST', '/volumes/create', {})).body),
  ).Name;
  const written = Promise.withResolvers<void>();
  const line = async (): Promise<void> => {
    const first = await startReady(place, [`${volume}:/data`]);
    await createTable(first);
    await expectTables(first, true);
    written.resolve();
    await callEngine('POST', `/containers/${first.id}/stop?t=10`);
    const gone = remove(first);
    const second = await startReady(place, [`${volume}:/data`]);
    await expectTables(second, true);
    await Promise.all([gone, remove(second)]);
    await callEngine('DELETE', `/volumes/${volume}`);
  };
  const beside = async (): Promise<void> => {
    const other = await startReady(place, []);
    await written.promise;
    await expectTables(other, false);
    await remove(other);
  };
  await Promise.all([line(), beside()]);
}

async function startReady({ image, network }: Place, binds: readonly string[]): Promise<Container> {
  const { body } = await callEngine('POST', '/containers/create', {
    Image: image,
    HostConfig: { Binds: binds, NetworkMode: network },
  });
  const id = createdSchema.parse(JSON.parse(body)).Id;
  await callEngine('POST', `/containers/${id}/start`);
  const inspected = await callEngine('GET', `/containers/${id}/json`);
  const { Networks: networks } = inspectedSchema.parse(JSON.parse(inspected.body)).NetworkSettings;
  const host = networks[network]?.IPAddress ?? '';
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
