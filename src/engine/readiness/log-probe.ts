import { RE2JS } from 're2js';
import { messageOf } from '../../kernel/errors.ts';
import { EngineError } from '../errors.ts';
import type { Probe, ProbeContext } from './contract.ts';

/** Longer lines are matched by their end. */
const MAX_LINE_LENGTH = 65_536;

/** @throws {EngineError} READY_SETTING_INVALID when the pattern is no RE2 expression. */
export function logProbe(pattern: string): Probe {
  const expression = compile(pattern);
  return {
    kind: 'log',
    waitsFor: `a log line that matches ${JSON.stringify(pattern)}`,
    wait: (context) => waitForLine(context, (line) => expression.matcher(line).find()),
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw new EngineError(
      'READY_SETTING_INVALID',
      `Log pattern ${JSON.stringify(pattern)} is no RE2 expression: ${messageOf(cause)}`,
      { cause },
    );
  }
}

async function waitForLine(
  { engine, containerId, signal: outer }: ProbeContext,
  isMatch: (line: string) => boolean,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  let rest = '';
  try {
    await new Promise<void>((resolve, reject) => {
      const onText = (text: string): void => {
        const lines = (rest + text).split(/\r?\n/u);
        // The last one may still grow: `port \d+$` must not match the half of a number.
        rest = (lines.pop() ?? '').slice(-MAX_LINE_LENGTH);
        if (lines.some(isMatch)) resolve();
      };
      outer.addEventListener('abort', () => reject(new Error('over')), { once: true });
      engine.containers.followLogs(containerId, onText, signal).catch(reject);
    });
  } finally {
    over.abort();
  }
}
