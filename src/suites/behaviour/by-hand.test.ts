import { describe, expect, it } from 'vitest';
import { quote } from '../shell-quote.ts';
import { dockerRun } from './by-hand.ts';
import { createSubject } from './testing/subject.ts';

describe('dockerRun', () => {
  it('runs an image without a profile by its reference', () => {
    expect(dockerRun(createSubject())).toBe('docker run -d --name by-hand app:latest');
  });

  it('says everything that the profile says', () => {
    const subject = createSubject({
      profile: {
        run: {
          env: { GREETING: "it's me" },
          command: ['serve', '--all'],
          entrypoint: ['/tini', '--'],
          user: '1000:1000',
          mounts: ['/data', { tmpfs: '/scratch' }, { bind: 'conf', target: '/etc/app' }],
          memory: '64m',
          cpus: 0.5,
        },
      },
    });

    expect(dockerRun(subject)).toBe(
      String.raw`docker run -d --name by-hand -e 'GREETING=it'\''s me' -v /data --tmpfs /scratch ` +
        '-v /project/conf:/etc/app:ro -u 1000:1000 -m 67108864 --cpus 0.5 --entrypoint /tini ' +
        'app:latest -- serve --all',
    );
  });

  it('leaves a secret to the shell of the reader', () => {
    const subject = createSubject({ profile: { run: { env: { DB_PASSWORD: 'hunter2' } } } });

    const command = dockerRun(subject);

    expect(command).toContain('-e DB_PASSWORD="$DB_PASSWORD"');
    expect(command).not.toContain('hunter2');
  });

  it('names volumes where they have to be found again', () => {
    const subject = createSubject({ profile: { run: { mounts: ['/data'] } } });

    expect(dockerRun(subject, { volumes: { '/data': 'by-hand-0' } })).toBe(
      'docker run -d --name by-hand -v by-hand-0:/data app:latest',
    );
  });
});

describe('quote', () => {
  it('makes one word of any text', () => {
    expect(quote('a b')).toBe("'a b'");
    expect(quote('$(rm -rf)')).toBe("'$(rm -rf)'");
    expect(quote('')).toBe("''");
    expect(quote('plain-1.2/x:y')).toBe('plain-1.2/x:y');
  });
});
