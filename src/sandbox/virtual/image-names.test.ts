import { describe, expect, it } from 'vitest';
import { canonicalName, imageNames } from './image-names.ts';

const OWN = 'seatrial-0a1b2c3d.local/';

describe('names of images in a session', () => {
  it('mean the real image until the session sets them', () => {
    const names = imageNames('0a1b2c3d');
    const before = names.resolve('team/app');

    names.add('team/app');

    expect(before).toBe('team/app');
    expect(names.resolve('docker.io/team/app:latest')).toBe(`${OWN}team/app:latest`);
  });

  it('keep a registry with a port out of the tag, and show it again', () => {
    const names = imageNames('0a1b2c3d');
    names.add('host:5000/app:1');

    expect(names.resolve('host:5000/app:1')).toBe(`${OWN}host__5000/app:1`);
    expect(names.shownTags([`${OWN}host__5000/app:1`])).toEqual(['host:5000/app:1']);
  });

  it('hide tags of other sessions, those that are overridden, and those that were removed', () => {
    const names = imageNames('0a1b2c3d');
    names.add('mine:1');
    names.hide('gone:1');

    const shown = names.shownTags([
      'seatrial-ffffffff.local/theirs:1',
      'mine:1',
      `${OWN}mine:1`,
      'gone:1',
      'real:1',
    ]);

    expect(shown).toEqual(['mine:1', 'real:1']);
  });

  it.each(['gone:1', 'seatrial-ffffffff.local/theirs:1', 'seatrial-0a1b2c3d.local/mine:1'])(
    'are not there for the script: %s',
    (name) => {
      const names = imageNames('0a1b2c3d');
      names.hide('gone:1');

      expect(() => names.resolve(name)).toThrow(`No such image: ${name}`);
    },
  );

  it('come back with a pull, and follow an alias', () => {
    const names = imageNames('0a1b2c3d', { 'team/app': 'sha256:1234' });
    names.hide('gone:1');
    names.unhide('gone:1');

    expect(names.resolve('gone:1')).toBe('gone:1');
    expect(names.resolve('team/app:latest')).toBe('sha256:1234');
  });

  it.each([
    ['x', 'x:latest'],
    ['docker.io/library/x', 'x:latest'],
    ['index.docker.io/team/x:1', 'team/x:1'],
    ['host:5000/x', 'host:5000/x:latest'],
    ['x@sha256:12', 'x@sha256:12'],
  ])('have one form: %s', (name, form) => {
    expect(canonicalName(name)).toBe(form);
  });
});
