import { expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import {
  assertGateOpen,
  assertManifestRan,
  assertPlatformsCovered,
  type PlatformVerdicts,
} from './gate.ts';

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

const amd64 = { platform: 'linux/amd64', imageId: id, isUntested: false, verdicts: [passed] };
const arm64 = { platform: 'linux/arm64', imageId: other, isUntested: false, verdicts: [] };

test.each([
  ['each of which passed', [amd64, { ...arm64, verdicts: [{ ...passed, imageId: other }] }]],
  ['one of which is declared untested', [amd64, { ...arm64, isUntested: true }]],
])('an index of images %s goes through', (_, platforms) => {
  expect(() => assertPlatformsCovered(platforms)).not.toThrow();
});

test.each<[string, readonly PlatformVerdicts[], string]>([
  ['of nothing', [], 'no platform was tested'],
  [
    'that is declared untested as a whole',
    [
      { ...amd64, isUntested: true },
      { ...arm64, isUntested: true },
    ],
    'no platform was tested',
  ],
  [
    'with an image that nobody spoke of',
    [amd64, arm64],
    'linux/arm64 is neither tested nor declared untested',
  ],
  [
    'with an image that failed',
    [amd64, { ...arm64, verdicts: [{ ...passed, imageId: other, outcome: 'failed' }] }],
    'did not pass: failed',
  ],
  [
    'whose verdict is of another platform',
    [amd64, { ...arm64, verdicts: [passed] }],
    `tested ${id}, and ${other} is to be shipped`,
  ],
])('an index %s closes the gate', (_, platforms, message) => {
  const open = (): void => assertPlatformsCovered(platforms);

  expect(open).toThrow(message);
  expect(open).toThrow(expect.objectContaining({ code: 'GATE_CLOSED', exitCode: 1 }));
});

const shipped = digestOf('the manifest that ships');

test.each([
  ['that ran the manifest that ships', shipped],
  ['of an engine that does not say what it ran', undefined],
])('a verdict %s lets it go on', (_, manifest) => {
  expect(() => assertManifestRan(shipped, [{ ...passed, manifest }])).not.toThrow();
});

test('a verdict of another manifest under the same image id: IDENTITY_BROKEN', () => {
  const other = digestOf('the manifest of another platform');

  const ship = (): void => assertManifestRan(shipped, [passed, { ...passed, manifest: other }]);

  expect(ship).toThrow(expect.objectContaining({ code: 'IDENTITY_BROKEN', exitCode: 1 }));
  expect(ship).toThrow(`ran the manifest ${other}, and ${shipped} is to be shipped`);
});
