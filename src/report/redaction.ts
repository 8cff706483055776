import { runEventBodySchema, type RunEventBody } from '../kernel/run-events.ts';
import type { Secret } from '../kernel/secret.ts';

const MASK = '***';
/** A part of a secret this short says nothing, and masking it would garble everything. */
const SHORTEST_LINE = 6;
/** Words of our own and names from the configuration: a secret that reads `app` must not change them. */
const EVENT_STRUCTURE: ReadonlySet<string> = new Set(
  'type step steps runId provider outcome state key imageId manifest imageClass digest'.split(' '),
);
const CASE_STRUCTURE: ReadonlySet<string> = new Set(['suite', 'verdict', 'severity']);

export interface Redactor {
  /** From now on this value is masked, as it is and as URL, JSON and base64 carry it. */
  add(secret: Secret): void;
  /** Text with all known values masked. */
  redactText(text: string): string;
  /**
   * What may be written and shown of an event. The end of a piece of output that could be the beginning of a
   * secret is held back until the next piece of the same source, or the end of the step, tells.
   */
  redact(event: RunEventBody): readonly RunEventBody[];
}

export function createRedactor(secrets: readonly Secret[] = []): Redactor {
  let forms: readonly string[] = [];
  const held = new Map<string, Extract<RunEventBody, { type: 'step.output' }>>();

  const add = (secret: Secret): void => {
    // Longest first, so that a value that contains another is masked whole.
    forms = [...new Set([...forms, ...formsOf(secret.reveal())])].sort(
      (a, b) => b.length - a.length,
    );
  };
  for (const secret of secrets) add(secret);

  const redactText = (text: string): string =>
    forms.reduce((masked, form) => masked.replaceAll(form, MASK), text);

  const redactOutput = (
    event: Extract<RunEventBody, { type: 'step.output' }>,
  ): readonly RunEventBody[] => {
    const place = JSON.stringify([event.step, event.source]);
    const text = redactText((held.get(place)?.text ?? '') + event.text);
    const safe = text.length - lengthOfBeginning(text, forms);
    held.delete(place);
    if (safe < text.length) held.set(place, { ...event, text: text.slice(safe) });
    return safe === 0 ? [] : [maskEvent({ ...event, text: text.slice(0, safe) }, redactText)];
  };

  /** What is still held back is no secret, for nothing can follow it. */
  const release = (step: string | undefined): readonly RunEventBody[] => {
    const released = [...held].filter(([, event]) => step === undefined || event.step === step);
    for (const [place] of released) held.delete(place);
    return released.map(([, event]) => maskEvent(event, redactText));
  };

  return {
    add,
    redactText,
    redact: (event) => {
      if (forms.length === 0) return [event];
      if (event.type === 'step.output') return redactOutput(event);
      const masked = maskEvent(event, redactText);
      if (event.type === 'step.finished') return [...release(event.step), masked];
      return event.type === 'run.finished' ? [...release(undefined), masked] : [masked];
    },
  };
}

/** The value, its lines, and what other notations make of it. */
function formsOf(value: string): readonly string[] {
  const plain = value.trim();
  if (plain === '') return [];
  const lines = plain
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_LINE);
  return [plain, ...lines].flatMap((form) => [
    form,
    encodeURIComponent(form),
    JSON.stringify(form).slice(1, -1),
    Buffer.from(form).toString('base64'),
    Buffer.from(form).toString('base64url'),
    ...insideBase64(form),
  ]);
}

/** Below this a stretch of base64 may stand anywhere by chance. */
const SHORTEST_STRETCH = 8;

/**
 * What base64 makes of the value in the middle of a longer text, as `user:password` of an HTTP header: three
 * ways, by the place where it begins. Characters that hold bits of its neighbours are left out.
 */
function insideBase64(form: string): readonly string[] {
  const bytes = Buffer.from(form);
  return [0, 1, 2]
    .map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      const end = Math.floor(((before + bytes.length) * 8) / 6);
      return text.slice(Math.ceil((before * 8) / 6), end);
    })
    .filter((stretch) => stretch.length >= SHORTEST_STRETCH)
    .flatMap((stretch) => [stretch, stretch.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Length of the longest end of `text` that is the beginning of a form. */
function lengthOfBeginning(text: string, forms: readonly string[]): number {
  const lastCharacter = text.at(-1);
  const longest = (form: string): number => {
    for (let length = Math.min(form.length - 1, text.length); length > 0; length -= 1) {
      // Comparing one character first spares nearly all slices of a long secret.
      const canEnd = form[length - 1] === lastCharacter;
      if (canEnd && text.endsWith(form.slice(0, length))) return length;
    }
    return 0;
  };
  return Math.max(0, ...forms.map(longest));
}

type RedactText = (text: string) => string;

function maskEvent(event: RunEventBody, redactText: RedactText): RunEventBody {
  const masked = Object.entries(event).map(([name, value]): [string, unknown] => {
    if (EVENT_STRUCTURE.has(name)) return [name, value];
    if (name === 'case') return [name, maskCase(value, redactText)];
    if (name === 'cases' && Array.isArray(value)) {
      return [name, value.map((each) => maskCase(each, redactText))];
    }
    return [name, maskDeep(value, redactText)];
  });
  return runEventBodySchema.parse(Object.fromEntries(masked));
}

function maskCase(value: unknown, redactText: RedactText): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      CASE_STRUCTURE.has(name) ? each : maskDeep(each, redactText),
    ]),
  );
}

/** Sees what JSON would make of the value, so that a URL object hides nothing. */
function maskDeep(value: unknown, redactText: RedactText): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((each) => maskDeep(each, redactText));
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return maskDeep(JSON.parse(JSON.stringify(value)), redactText);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [redactText(name), maskDeep(each, redactText)]),
  );
}
