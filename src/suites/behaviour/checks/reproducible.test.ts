import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../../evidence/image-changes.ts';
import { isOfBuilder } from '../rebuild-causes.ts';
import { createSubject } from '../testing/subject.ts';
import { judgeRebuild, reproducible } from './reproducible.ts';

function changed(path: string): FileChange {
  return { path, change: 'changed', what: ['content'], sizeBytes: 1 };
}

function judge(paths: readonly string[], settings: readonly string[] = []): string {
  const found = judgeRebuild({ isIdentical: false, settings, files: paths.map(changed) });
  return `${found.verdict}: ${found.message}`;
}

describe('reproducible', () => {
  it('passes one and the same image, and what differs in times alone', () => {
    const same = judgeRebuild({ isIdentical: true, settings: [], files: [] });

    expect(same).toEqual({ verdict: 'pass', message: 'Two builds made one and the same image.' });
    expect(judge([])).toMatch(/^pass: .*rewrite-timestamp=true/u);
  });

  it.each([
    ['/var/lib/dpkg/status', 'records of package managers'],
    ['/lib/apk/db/installed', 'records of package managers'],
    ['/var/log/apt/history', 'logs'],
    ['/opt/build.log', 'logs'],
    ['/var/cache/ldconfig/aux-cache', 'caches'],
    ['/etc/machine-id', 'made up at install time'],
    ['/etc/ssh/ssh_host_rsa_key', 'made up at install time'],
    ['/app/__pycache__/a.cpython-312.pyc', 'compiled Python'],
    ['/app/lib.jar', 'archives'],
    ['/app/server', 'contents of their own'],
  ])('puts %s down to its cause', (path, what) => {
    expect(judge([path])).toMatch(/^fail: /u);
    expect(judge([path])).toContain(what);
  });

  it('does not blame the Dockerfile for what the builder leaves in its own places', () => {
    const paths = [
      '/etc/hosts',
      '/etc/resolv.conf',
      '/proc',
      '/dev/null',
      '/etc/hosts.allow',
      '/device',
    ];

    expect(paths.filter(isOfBuilder)).toEqual([
      '/etc/hosts',
      '/etc/resolv.conf',
      '/proc',
      '/dev/null',
    ]);
  });

  it('names settings, and what to do for each cause', () => {
    const found = judgeRebuild({
      isIdentical: false,
      settings: ['LABEL built-at'],
      files: [changed('/var/log/x'), changed('/app/server'), changed('/var/log/y')],
    });

    expect(found.message).toBe(
      'Two builds of the same differ in settings (LABEL built-at), logs (2) and contents of their own (1).',
    );
    expect('fix' in found ? found.fix : '').toMatch(/ENV and LABEL.*rm -rf.*SOURCE_DATE_EPOCH/u);
    expect(found.evidence).toContain('logs: changed /var/log/y (content)');
  });

  it('is not mentioned until it is asked for, and not tried on what was not built here', () => {
    const asked = { ...createSubject(), isReproducible: true };

    expect(reproducible.isUnasked?.(createSubject())).toBe(true);
    expect(reproducible.isUnasked?.(asked)).toBe(false);
    expect(reproducible.isPointless?.(createSubject())).toContain('reproducible: true');
    expect(reproducible.isPointless?.(asked)).toContain('not built here');
  });
});
