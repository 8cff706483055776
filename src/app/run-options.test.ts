import { describe, expect, it } from 'vitest';
import { parseRunOptions } from './run-options.ts';

describe('options of a recording', () => {
  it('are those of docker run, and then the command', () => {
    const words = [
      '-it',
      '--rm',
      '--name',
      'x',
      '-p',
      '80:80',
      '-e',
      'A=b=c',
      '--env',
      'HOME',
      '-e',
      'NOT_SET',
      '-v',
      '/data',
      '--volume=cache:/cache',
      '-v',
      './conf:/etc/app:ro',
      '--tmpfs',
      '/tmp:size=1m',
      '--user=1000',
      '-m',
      '64m',
      '--cpus',
      '0.5',
      '--stop-timeout',
      '3',
      '--entrypoint',
      '/init',
      'server',
      '-v',
      '--flag',
    ];

    expect(parseRunOptions(words, { HOME: '/root' })).toEqual({
      env: { A: 'b=c', HOME: '/root' },
      mounts: [
        '/data',
        '/cache',
        { bind: './conf', target: '/etc/app', read_only: true },
        { tmpfs: '/tmp' },
      ],
      user: '1000',
      memory: 64 * 1024 ** 2,
      cpus: 0.5,
      stop_timeout: 3000,
      entrypoint: ['/init'],
      command: ['server', '-v', '--flag'],
    });
    expect(parseRunOptions([], {}).command).toBeUndefined();
  });

  it.each([
    [['--privileged', 'x'], '--privileged is no option of a recording'],
    [['-e'], '-e needs a value'],
    [['-v', '/etc:/etc'], 'outside of the project'],
    [['-m', 'much'], 'must be a size'],
  ])('refuses %j: OPTION_INVALID', (words, said) => {
    const parse = (): unknown => parseRunOptions(words, {});

    expect(parse).toThrow(said);
    expect(parse).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', exitCode: 2 }));
  });
});
