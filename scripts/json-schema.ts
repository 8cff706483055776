import { z } from 'zod';
import { configSchema } from '../src/config/schema.ts';

/** The JSON Schema of what a person writes into `seatrial.yaml`, as editors read it. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
  });
  return {
    $schema,
    $id: 'https://unpkg.com/seatrial/schema/seatrial.schema.json',
    title: 'seatrial.yaml',
    ...rest,
  };
}
