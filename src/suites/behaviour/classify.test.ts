import { describe, expect, it } from 'vitest';
import { classify, classifyWithoutStart } from './classify.ts';
import { createSubject } from './testing/subject.ts';
import type { StartOutcome } from './start-outcome.ts';

function exited(
  exitCode: number,
  more: { durationMs?: number; isOomKilled?: boolean } = {},
): StartOutcome {
  return { state: 'exited', durationMs: 200, exitCode, isOomKilled: false, log: '', ...more };
}

const ready: StartOutcome = { state: 'ready', durationMs: 300, because: '80/tcp listens' };
const given = { profile: { run: { env: { MODE: 'test' } } } };

describe('classify', () => {
  it('takes what is ready and up for a service', () => {
    expect(classify(ready, createSubject()).imageClass).toBe('service');
  });

  it('takes what is ready by its end for a one-shot', () => {
    const subject = createSubject({ profile: { ready: { exit: 0 } } });

    expect(classify(ready, subject).imageClass).toBe('one-shot');
  });

  it('takes what ends with 0 for a one-shot, with a profile too', () => {
    expect(classify(exited(0), createSubject()).imageClass).toBe('one-shot');
    expect(classify(exited(0), createSubject(given)).imageClass).toBe('one-shot');
  });

  it.each([[['sh']], [['/bin/bash']], [['bash', '-l']]])('takes CMD %j for a shell', (command) => {
    expect(classify(exited(0), createSubject({ config: { command } })).imageClass).toBe('shell');
  });

  it('does not take a shell that was given something to do for a base image', () => {
    const subject = createSubject({ config: { command: ['sh', '-c', 'make all'] } });

    expect(classify(exited(0), subject).imageClass).toBe('one-shot');
  });

  it('takes a quick no for a wish for settings', () => {
    expect(classify(exited(1), createSubject()).imageClass).toBe('needs-config');
  });

  it('takes a no in spite of settings for broken', () => {
    expect(classify(exited(1), createSubject(given)).imageClass).toBe('broken');
  });

  it('takes a late no for broken', () => {
    expect(classify(exited(1, { durationMs: 31_000 }), createSubject()).imageClass).toBe('broken');
  });

  it.each([126, 127, 134, 137, 139])('takes exit code %d for broken', (exitCode) => {
    expect(classify(exited(exitCode), createSubject()).imageClass).toBe('broken');
  });

  it('takes a container that ran out of memory for broken', () => {
    expect(classify(exited(1, { isOomKilled: true }), createSubject()).imageClass).toBe('broken');
  });

  it('takes an end with 0 of an image that exposes a port for a wish for settings', () => {
    const subject = createSubject({ config: { exposedPorts: ['9000/tcp'] } });

    expect(classify(exited(0), subject).imageClass).toBe('needs-config');
  });

  it('takes an end with 0 of an image whose profile says that it serves for broken', () => {
    const subject = createSubject({ profile: { ready: { port: 80 } } });

    expect(classify(exited(0), subject).imageClass).toBe('broken');
  });

  it('takes what the engine cannot start for broken', () => {
    const outcome: StartOutcome = { state: 'refused', durationMs: 1, because: 'exec format error' };

    expect(classify(outcome, createSubject()).imageClass).toBe('broken');
  });

  it('takes what runs and never is ready for a service, so that its ports are looked at', () => {
    const outcome: StartOutcome = { state: 'timeout', durationMs: 1, because: 'no port', log: '' };

    expect(classify(outcome, createSubject()).imageClass).toBe('service');
  });
});

describe('classifyWithoutStart', () => {
  it('takes an image without a command for a library', () => {
    const subject = createSubject({ config: { command: [] } });

    expect(classifyWithoutStart(subject)?.imageClass).toBe('library');
  });

  it('leaves an image alone that its profile gives a command', () => {
    const subject = createSubject({
      config: { command: [] },
      profile: { run: { command: ['/x'] } },
    });

    expect(classifyWithoutStart(subject)).toBeUndefined();
  });
});
