import { cleanLine } from '../report/terminal-text.ts';
import type { Recording } from '../suites/behaviour/index.ts';
import type { ImageRecording } from './record-image.ts';

/** Of more, only how many there are. */
const MOST_FILES = 20;

/** Text for people, or one JSON object of schema `seatrial.record/1`. */
export function renderRecording(recorded: ImageRecording, format: 'text' | 'json'): string {
  const { image, recording, config, spec, specFile, files, ref } = recorded;
  if (format === 'json') {
    const whole = {
      schema: 'seatrial.record/1',
      image,
      ref,
      recording,
      config,
      specFile,
      spec,
      files,
    };
    return `${JSON.stringify(whole, null, 2)}\n`;
  }
  return [
    `${image} (${ref}), watched for ${seconds(recording.durationMs)}`,
    ...factsOf(recording).map((fact) => `  ${cleanLine(fact)}`),
    '',
    ...(files.length > 0
      ? files
      : [
          'seatrial.yaml:',
          indent(config),
          `${specFile}:`,
          indent(spec),
          'Nothing was written: --write does.',
        ]),
    '',
  ].join('\n');
}

function factsOf(recording: Recording): readonly string[] {
  const { outcome, ports, written, volumes, env, signals, end } = recording;
  const more = written.length - MOST_FILES;
  return [
    outcome === undefined
      ? 'was stopped before it was ready'
      : outcome.state === 'ready'
        ? `ready after ${seconds(outcome.durationMs)}: ${outcome.because}`
        : `not ready: ${outcome.state}`,
    ...ports.map(portLine),
    ...volumes.map(({ path, isUsed }) => `volume ${path}: ${isUsed ? 'filled' : 'empty'}`),
    ...written
      .slice(0, MOST_FILES)
      .map(({ path, sizeBytes }) => `wrote ${path} (${String(sizeBytes)} B), outside of volumes`),
    ...(more > 0 ? [`and ${String(more)} more files`] : []),
    ...(env.length === 0 ? [] : [`was given ${env.join(', ')}`]),
    ...(signals.length === 0 ? [] : [`got ${signals.join(', ')}`]),
    endLine(end),
  ];
}

function portLine({
  port,
  isLoopback,
  isExposed,
  connections,
  speaks,
}: Recording['ports'][number]): string {
  const spoken = speaks === undefined ? '' : `, speaks ${speaks.kind}`;
  const where = isLoopback ? ' on loopback alone' : '';
  const told = isExposed ? '' : ', not EXPOSEd';
  return `port ${String(port)} listens${where}${told}, ${String(connections)} connections seen${spoken}`;
}

function endLine({ by, exitCode, signal, stopMs }: Recording['end']): string {
  const code = `exit code ${String(exitCode ?? 'unknown')}`;
  switch (by) {
    case 'recorder':
      return `ended ${seconds(stopMs ?? 0)} after ${signal ?? 'its stop signal'} with ${code}`;
    case 'itself':
      return `ended by itself with ${code}`;
    case 'other':
      return `was ended by somebody else (${signal ?? 'a signal'}) with ${code}`;
    case 'engine':
      return `was not started by the engine (${code})`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gmu, '  ');
}
