import type { z } from 'zod';
import { configErrorOf } from './errors.ts';
import { problemsOfIssues } from './schema-issues.ts';
import type { parseYamlSource } from './yaml-source.ts';

/**
 * What a file of YAML says by a schema.
 * @throws {ConfigError} CONFIG_INVALID with every place that breaks it
 */
export function parseBySchema<Schema extends z.ZodType>(
  schema: Schema,
  source: ReturnType<typeof parseYamlSource>,
  hint: string,
): z.output<Schema> {
  const result = schema.safeParse(source.value, { reportInput: true });
  if (result.success) return result.data;
  const problems = problemsOfIssues(schema, result.error.issues, source);
  throw configErrorOf(
    'CONFIG_INVALID',
    problems.map((problem) => source.diagnose(problem)),
    { hint },
  );
}
