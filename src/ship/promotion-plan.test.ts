import { describe, expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { decideTag, describeDecisions, type TagOccupant, type TagWish } from './promotion-plan.ts';

const [OURS, THEIRS] = [digestOf('ours'), digestOf('theirs')];
const OLD = '2026-01-01T00:00:00.000Z';
const NEW = '2026-02-02T00:00:00.000Z';
const wish: TagWish = { digest: OURS, committedAt: OLD, mayGoBack: false };
const moving = { tag: 'latest', kind: 'moving' } as const;

describe('a moving tag', () => {
  test.each<[string, readonly [TagOccupant | null, Partial<TagWish>], string]>([
    ['that is not there is made', [null, {}], 'move'],
    ['that is at the digest is kept', [{ digest: OURS, committedAt: NEW }, {}], 'keep'],
    [
      'of an older commit moves',
      [{ digest: THEIRS, committedAt: OLD }, { committedAt: NEW }],
      'move',
    ],
    ['of the same commit moves', [{ digest: THEIRS, committedAt: OLD }, {}], 'move'],
    ['of a newer commit stays', [{ digest: THEIRS, committedAt: NEW }, {}], 'superseded'],
    [
      'of a newer commit moves when that is allowed',
      [{ digest: THEIRS, committedAt: NEW }, { mayGoBack: true }],
      'move',
    ],
    ['of nobody knows which commit moves', [{ digest: THEIRS }, {}], 'move'],
    [
      'moves when nobody knows which commit wants it',
      [{ digest: THEIRS, committedAt: NEW }, { committedAt: undefined }],
      'move',
    ],
    [
      'that is held stays for the commit that was rolled back',
      [{ digest: THEIRS, holdUntil: OLD }, {}],
      'superseded',
    ],
    [
      'that is held stays when nobody knows which commit wants it',
      [{ digest: THEIRS, holdUntil: OLD }, { committedAt: undefined }],
      'superseded',
    ],
    [
      'that is held moves for a newer commit',
      [{ digest: THEIRS, holdUntil: OLD }, { committedAt: NEW }],
      'move',
    ],
  ])('%s', (_, [occupant, changes], action) => {
    expect(decideTag(moving, occupant, { ...wish, ...changes }).action).toBe(action);
  });
});

test('an immutable tag is made or kept, and never moved, not even when tags may go back', () => {
  const version = { tag: '1.2.3', kind: 'immutable' } as const;
  const back = { ...wish, mayGoBack: true };

  expect(decideTag(version, null, wish).action).toBe('move');
  expect(decideTag(version, { digest: OURS }, wish).action).toBe('keep');
  expect(decideTag(version, { digest: THEIRS }, back).action).toBe('conflict');
});

test('what is to happen is said in one line', () => {
  const decide = (tag: string, occupant: TagOccupant | null) =>
    decideTag({ ...moving, tag }, occupant, wish);

  const open = describeDecisions([
    decide('1.2', null),
    decide('1', { digest: OURS }),
    decide('latest', { digest: THEIRS, committedAt: NEW, commit: '0123456789abcdef' }),
  ]);
  const done = describeDecisions([decide('1', { digest: OURS }), decide('2', { digest: OURS })]);
  const refused = describeDecisions([
    decideTag({ tag: '7', kind: 'immutable' }, { digest: THEIRS }, wish),
  ]);

  expect(open).toBe(
    `1.2 to move; latest stays: it is at ${THEIRS.slice(7, 19)} of the newer commit 0123456789ab of ${NEW}`,
  );
  expect(done).toBe(`1, 2 already at ${OURS.slice(7, 19)}`);
  expect(refused).toBe(`refused: 7 is ${THEIRS.slice(7, 19)} for good`);
});
