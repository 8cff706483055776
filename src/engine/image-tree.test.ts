import { describe, expect, it } from 'vitest';
import { mergeLayers, parentsOf, type ImageTree } from './image-tree.ts';
import type { SavedFile, SavedLayer } from './saved-image.ts';

type Given = Partial<SavedFile<string>> & { readonly path: string };

function file(given: Given): SavedFile<string> {
  return {
    type: given.linkTo === undefined ? 'file' : 'symlink',
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: 10,
    hasCapabilities: false,
    ...given,
  };
}

function layer(files: readonly Given[], more: Partial<SavedLayer> = {}): SavedLayer<string> {
  return { removed: [], emptied: [], ...more, files: files.map(file) };
}

function pathsOf(tree: ImageTree): readonly string[] {
  return [...tree.files.keys()].toSorted();
}

describe('mergeLayers', () => {
  it('lets a later file replace an earlier one, and remembers that one as hidden', () => {
    const tree = mergeLayers([
      layer([{ path: '/a', sizeBytes: 1 }]),
      layer([{ path: '/a', sizeBytes: 2 }]),
    ]);

    expect(tree.files.get('/a')).toMatchObject({ sizeBytes: 2, layer: 1 });
    expect(tree.hidden).toMatchObject([{ how: 'replaced', file: { sizeBytes: 1, layer: 0 } }]);
  });

  it('takes away what a whiteout names, with all below it, but nothing of its own layer', () => {
    const tree = mergeLayers([
      layer([{ path: '/d', type: 'folder' }, { path: '/d/e/f' }, { path: '/dd' }]),
      layer([{ path: '/d/new' }], { removed: ['/d'] }),
    ]);

    expect(pathsOf(tree)).toEqual(['/d/new', '/dd']);
    expect(tree.hidden.map(({ file: { path }, how }) => `${how} ${path}`)).toEqual([
      'deleted /d/e/f',
    ]);
  });

  it('empties a folder, or all there is', () => {
    const below = layer([{ path: '/d', type: 'folder' }, { path: '/d/e' }, { path: '/f' }]);

    expect(pathsOf(mergeLayers([below, layer([], { emptied: ['/d'] })]))).toEqual(['/d', '/f']);
    expect(pathsOf(mergeLayers([below, layer([{ path: '/g' }], { emptied: ['/'] })]))).toEqual([
      '/g',
    ]);
  });

  it('hides what was below a folder that is none any more', () => {
    const tree = mergeLayers([
      layer([{ path: '/d', type: 'folder' }, { path: '/d/e' }]),
      layer([{ path: '/d', linkTo: '/elsewhere' }]),
    ]);

    expect(pathsOf(tree)).toEqual(['/d']);
  });

  it('takes a hard link for its target, without its size', () => {
    const tree = mergeLayers([
      layer([
        { path: '/a', facts: 'contents', mode: 0o4755 },
        { path: '/b', type: 'hardlink', linkTo: '/a' },
        { path: '/c', type: 'hardlink', linkTo: '/nowhere' },
      ]),
    ]);

    expect(tree.files.get('/b')).toMatchObject({
      type: 'file',
      facts: 'contents',
      mode: 0o4755,
      sizeBytes: 0,
    });
    expect(tree.files.get('/c')?.type).toBe('hardlink');
  });
});

describe('find', () => {
  const tree = mergeLayers([
    layer([
      { path: '/usr/lib/x/bin/java' },
      { path: '/usr/bin/java', linkTo: '../lib/x/bin/java' },
      { path: '/bin', linkTo: 'usr/bin' },
      { path: '/loop', linkTo: '/pool' },
      { path: '/pool', linkTo: 'loop' },
      { path: '/gone', linkTo: '/usr/nothing/here' },
      { path: '/up', linkTo: '../../../usr/bin' },
    ]),
  ]);

  it.each([
    ['/usr/lib/x/bin/java', '/usr/lib/x/bin/java'],
    ['/bin/java', '/usr/lib/x/bin/java'],
    ['/usr/./bin/../bin//java', '/usr/lib/x/bin/java'],
    ['/up/java', '/usr/lib/x/bin/java'],
    ['/usr/lib', '/usr/lib'],
    ['/', '/'],
  ])('follows %s to %s', (path, to) => {
    expect(tree.find(path)).toMatchObject({ found: 'file', file: { path: to } });
  });

  it('says what is missing, after the links', () => {
    expect(tree.find('/gone/x')).toEqual({ found: 'nothing', path: '/usr/nothing/here/x' });
    expect(tree.find('/bin/perl')).toEqual({ found: 'nothing', path: '/usr/bin/perl' });
  });

  it('says when links lead in a circle', () => {
    expect(tree.find('/loop')).toEqual({ found: 'loop', path: '/loop' });
  });

  it('gives only regular files as files', () => {
    expect(tree.fileAt('/bin/java')?.path).toBe('/usr/lib/x/bin/java');
    expect(tree.fileAt('/bin')).toBeUndefined();
    expect(tree.fileAt('/loop')).toBeUndefined();
  });
});

describe('parentsOf', () => {
  it('lists the folders above a path without the root', () => {
    expect(parentsOf('/usr/lib/x')).toEqual(['/usr', '/usr/lib']);
    expect(parentsOf('/x')).toEqual([]);
  });
});
