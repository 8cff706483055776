import { expect, test } from 'vitest';
import { assertGateOpen } from './gate.ts';

const id = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;
const passed = { step: 'test:app:behaviour', imageId: id, outcome: 'passed' } as const;

test('an image whose every suite passed goes through', () => {
  expect(() => assertGateOpen(id, [passed, { ...passed, step: 'test:app:script' }])).not.toThrow();
});

test.each([
  ['no suite at all', [], 'zero cases are not a pass'],
  [
    'a suite that failed',
    [passed, { ...passed, outcome: 'failed' as const }],
    'did not pass: failed',
  ],
  ['a suite that got lost', [{ ...passed, outcome: 'lost' as const }], 'did not pass: lost'],
  ['a suite without a case', [{ ...passed, outcome: 'empty' as const }], 'did not pass: empty'],
  ['a suite that tested another image', [{ ...passed, imageId: other }], `tested ${other}`],
])('%s closes the gate', (_, verdicts, message) => {
  const open = (): void => assertGateOpen(id, verdicts);

  expect(open).toThrow(message);
  expect(open).toThrow(expect.objectContaining({ code: 'GATE_CLOSED', exitCode: 1 }));
});
