import { PolicyRefusal } from './api-refusal.ts';
import { listIn, valueAt, type JsonObject } from './json-value.ts';
import { policyRules, type PolicySubject } from './policy-rules.ts';

export interface Policy {
  /** @throws {PolicyRefusal} for the first rule that says no */
  check(subject: PolicySubject, body: JsonObject): void;
  /** @throws {PolicyRefusal} unless the rule is allowed; for what cannot be told from a body alone. */
  deny(rule: string, what: string): void;
}

/** Rules that nobody may allow: they keep promises to others, or name what cannot be done at all. */
const STRICT: ReadonlySet<string> = new Set([
  'form',
  'ref.foreign',
  'swarm',
  'plugin',
  'push',
  'port.udp',
]);

export function createPolicy(allow: readonly string[] = []): Policy {
  const allowed = new Set(allow.filter((rule) => !STRICT.has(rule)));
  return {
    check: (subject, body) => {
      const denied = policyRules.find(
        ({ rule, subjects, path, isDenied }) =>
          subjects.includes(subject) &&
          !allowed.has(rule) &&
          valuesAt(body, path).some(
            (value) => value !== undefined && value !== null && isDenied(value),
          ),
      );
      if (denied !== undefined) throw new PolicyRefusal(denied.rule, denied.what);
    },
    deny: (rule, what) => {
      if (!allowed.has(rule)) throw new PolicyRefusal(rule, what);
    },
  };
}

/** All values at a path; `*` stands for each item of a list. */
function valuesAt(body: JsonObject, path: string): readonly unknown[] {
  const [before, after] = path.split('.*', 2);
  const found = valueAt(body, (before ?? '').split('.'));
  if (after === undefined) return [found];
  if (after === '') return listIn(found);
  return listIn(found).map((item) => valueAt(item, after.slice(1).split('.')));
}

/** The table for a person who asks what a script may not do. One line per rule and place. */
export function renderPolicy(allow: readonly string[] = []): string {
  const lines = policyRules.map(({ rule, path, what, why }) => {
    const state = allow.includes(rule) && !STRICT.has(rule) ? 'allowed' : 'denied';
    return `${state}  ${rule.padEnd(16)} ${path.padEnd(44)} ${what}: ${why}`;
  });
  return `${lines.join('\n')}\n`;
}

/** Each name once, in the order of the table. */
export function ruleNames(): readonly string[] {
  return [...new Set(policyRules.map(({ rule }) => rule))];
}
