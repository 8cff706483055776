import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createSubject } from '../testing/subject.ts';
import { checkIds, checks, foundation } from './index.ts';

test('every file of the folder is a line of the table, and the other way round', async () => {
  const files = await readdir(import.meta.dirname);
  const ids = files
    .filter((file) => !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => file.replace(/\.ts$/u, ''));

  expect(checkIds.toSorted()).toEqual(ids.toSorted());
});

test('ids are unique, and every check says what it proves', () => {
  expect(new Set(checkIds).size).toBe(checks.length);
  for (const check of checks) {
    expect(check.id).toMatch(/^[a-z]+(?:-[a-z]+)*$/u);
    expect(check.proves).toMatch(/^[A-Z].+\.$/u);
    expect(check.appliesTo).not.toHaveLength(0);
  }
});

test('what only looks at the image is in the smallest group, and nothing else is', () => {
  for (const { needs, group } of checks) expect(group === 'static').toBe(needs === 'image');
});

test('a name from the image is quoted in the commands that people paste', () => {
  const subject = createSubject({ config: { command: ['/x; touch /tmp/gotcha'] } });

  const commands = checks.map((check) => check.byHand(subject));

  for (const command of commands) {
    expect(command.replaceAll(/'[^']*'/gu, '')).not.toContain('gotcha');
  }
});

test('the foundation applies to every class that can be started', () => {
  expect(checks).toContain(foundation);
  expect(foundation.appliesTo).toEqual(['service', 'one-shot', 'shell', 'needs-config', 'broken']);
});

test('every check can be seen by hand, with a container that is removed again', () => {
  const subject = createSubject({
    config: { exposedPorts: ['8000/tcp'], volumes: ['/data'] },
    profile: {
      state: {
        write: { http: 'POST /items', body: '{"a": 1}', headers: { authorization: 'Bearer x' } },
        read: { exec: ['cat', '/data/a b'] },
      },
    },
  });

  const commands = checks.map((check) => check.byHand(subject));

  for (const [index, command] of commands.entries()) {
    const isStatic = checks[index]?.group === 'static';
    expect(command).toMatch(
      isStatic ? /docker (?:inspect|create|history|save)/u : /docker (?:run|build)/u,
    );
    const isMaking = /docker (?:run|create)/u.test(command);
    expect(/docker rm -fv|--rm/u.test(command)).toBe(isMaking);
    expect(command).not.toContain('Bearer x');
  }
  // Syntax alone: nothing is run.
  expect(() => execFileSync('/bin/sh', ['-n', '-c', commands.join('\n')])).not.toThrow();
  expect(commands.join('\n')).toContain("docker exec by-hand cat '/data/a b'");
  expect(commands.join('\n')).toContain(`curl -i -X POST -H 'authorization: …' -d '{"a": 1}'`);
});
