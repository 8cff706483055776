import type { Instruction, ParsedDockerfile } from './parse.ts';
import { errorAt, type SourceRange } from './source-text.ts';
import { rangeOf, splitFlags } from './words.ts';

/** Where an instruction takes files from: another stage or an image, as written. */
export interface FromReference {
  readonly kind: 'copy' | 'mount';
  readonly text: string;
  readonly range: SourceRange;
}

/**
 * `COPY --from`, `ADD --from` and `RUN --mount=…,from=` of an instruction. Instructions under ONBUILD belong
 * to the images built on this one and are not looked at.
 * @throws {DockerfileError} DOCKERFILE_SYNTAX for a variable, which none of them can have
 */
export function fromReferencesOf(
  parsed: ParsedDockerfile,
  instruction: Instruction,
): readonly FromReference[] {
  if (!['ADD', 'COPY', 'RUN'].includes(instruction.keyword)) return [];
  const { flags } = splitFlags(instruction, parsed.escape);
  const references = flags.flatMap((flag): readonly FromReference[] => {
    if (flag.name === 'from') {
      const range = rangeOf(instruction, flag.start, flag.value.length);
      return flag.value === '' ? [] : [{ kind: 'copy', text: flag.value, range }];
    }
    if (flag.name !== 'mount') return [];
    const [, before = '', text = ''] = /^((?:.*,)?\s*from=)([^,]*)/iu.exec(flag.value) ?? [];
    const range = rangeOf(instruction, flag.start + before.length, text.length);
    return text === '' ? [] : [{ kind: 'mount', text, range }];
  });
  const variable = references.find(({ text }) => text.includes('$'));
  if (variable !== undefined) {
    throw errorAt(parsed, variable.range, {
      code: 'DOCKERFILE_SYNTAX',
      message: `\`from=${variable.text}\` has a variable, which is not filled in there`,
      hint: `Add a stage \`FROM ${variable.text} AS name\`, and refer to it by that name.`,
    });
  }
  return references;
}
