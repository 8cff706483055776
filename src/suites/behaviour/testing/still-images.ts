import { generateKeyPairSync } from 'node:crypto';
import type { Verdict } from '../../../kernel/verdict.ts';
import { dynamicProgram, programFor } from './program.ts';
import type { StillImage } from './still-image.ts';

/** For one check: an image that passes, and one that it is known to catch. */
export interface StillPair {
  readonly sound: StillImage;
  readonly faulty: StillImage;
  readonly verdict: Verdict;
  /** What message, evidence and fix must say. */
  readonly says: readonly string[];
}

const program = await programFor('amd64');
const foreign = await programFor('arm64');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const served = { command: ['/server'] };
const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/false\n';
const full = {
  title: 'app',
  source: 'https://example.org/app',
  revision: 'cd82c7eab357e981d6910ff3690313fe137b6cf3',
  version: '1.0',
  licenses: 'MIT OR Apache-2.0',
  created: '2026-01-01T00:00:00+00:00',
};
export const allLabels = Object.fromEntries(
  Object.entries(full).map(([name, value]) => [`org.opencontainers.image.${name}`, value]),
);

/** By check. A check that needs no container and is not here is not finished. */
export const stillImages: Readonly<Record<string, StillPair>> = {
  architecture: {
    sound: { config: served, files: { '/server': program } },
    faulty: { config: served, files: { '/server': foreign } },
    verdict: 'fail',
    says: ['/server', 'built for arm64', 'it is for amd64', '--platform linux/arm64'],
  },
  'entrypoint-resolves': {
    sound: { config: served, files: { '/server': '#!/bin/sh\n', '/bin/sh': program } },
    faulty: { config: served, files: { '/server': '#!/bin/bash\n', '/bin/sh': program } },
    verdict: 'fail',
    says: ['`/server` needs `/bin/bash`', 'Install `/bin/bash`'],
  },
  'exec-form': {
    sound: { config: { entrypoint: ['/server'], command: ['--port', '80'] } },
    faulty: { config: { entrypoint: ['/bin/sh', '-c', '/server'], command: ['--port', '80'] } },
    verdict: 'fail',
    says: ['`--port` `80` of CMD never arrives', 'exec form'],
  },
  'links-and-libraries': {
    sound: {
      config: served,
      files: {
        '/server': dynamicProgram({ interpreter: '/lib/ld.so', needed: ['libone.so'] }),
        '/lib/ld.so': program,
        '/usr/lib/libone.so': dynamicProgram({}),
      },
    },
    faulty: {
      config: served,
      files: {
        '/server': dynamicProgram({ interpreter: '/lib/ld.so', needed: ['libone.so'] }),
        '/lib/ld.so': program,
      },
    },
    verdict: 'fail',
    says: ['`/server` needs the library libone.so', 'nowhere in the image'],
  },
  user: {
    sound: { config: { user: '1000' } },
    faulty: { config: { user: 'ghost' }, files: { '/etc/passwd': passwd } },
    verdict: 'fail',
    says: ['`ghost`, which is not in /etc/passwd', 'USER 10001'],
  },
  privileges: {
    sound: { files: { '/usr/bin/su': { contents: 'x', mode: 0o4755 } } },
    faulty: { files: { '/usr/local/bin/rootme': { contents: 'x', mode: 0o4755 } } },
    verdict: 'warn',
    says: ['1 of setuid', '4755 0:0 /usr/local/bin/rootme', 'chmod a-s'],
  },
  secrets: {
    sound: { files: { '/etc/app.conf': 'key = /run/secrets/key\n' } },
    faulty: {
      layers: [{ '/app/id_rsa': pem }, { '/app/.wh.id_rsa': '' }],
      history: [{ created_by: 'COPY . /app # buildkit' }, { created_by: 'RUN /bin/sh -c rm x' }],
    },
    verdict: 'fail',
    says: ['a private key in /app/id_rsa of layer 1 (COPY . /app), which a later layer hides'],
  },
  'no-hard-coded-passwords': {
    sound: { files: { '/etc/passwd': passwd, '/etc/shadow': 'root:*:1::\napp:!:1::\n' } },
    faulty: { files: { '/etc/passwd': passwd, '/etc/shadow': 'root::1::\n' } },
    verdict: 'fail',
    says: ['root has an empty password', 'passwd -l root'],
  },
  ports: {
    sound: { config: { exposedPorts: ['8080/tcp'] } },
    faulty: { config: { exposedPorts: ['8080/tcp', '22/tcp'] } },
    verdict: 'warn',
    says: ['port 22', 'SSH', 'docker exec'],
  },
  volumes: {
    sound: { config: { volumes: ['/var/lib/app'] } },
    faulty: { config: { volumes: ['/var/lib/app', '/usr/'] } },
    verdict: 'fail',
    says: ['Declares /usr as VOLUME'],
  },
  labels: {
    sound: { config: { labels: allLabels } },
    faulty: { config: { labels: { ...allLabels, 'org.opencontainers.image.licenses': '' } } },
    verdict: 'warn',
    says: ['no label for licenses', 'LABEL org.opencontainers.image.licenses='],
  },
  size: {
    sound: { files: { '/a': 'a'.repeat(1000) }, maxSizeBytes: 1000 },
    faulty: { files: { '/a': 'a'.repeat(1001) }, maxSizeBytes: 1000 },
    verdict: 'fail',
    says: ['1001 B unpacked in 1 layer', 'more than 1000 B', 'largest: /a (1001 B)'],
  },
  age: {
    sound: { files: { '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n' } },
    faulty: { files: { '/etc/os-release': 'ID=alpine\nVERSION_ID=3.15.4\n' } },
    verdict: 'warn',
    says: ['alpine 3.15', 'ended on 2023-11-01', 'built 151 days ago'],
  },
  'base-files': {
    sound: {
      files: { '/usr/lib/libssl.so.3': 'x', '/etc/ssl/certs/ca-certificates.crt': 'x' },
    },
    faulty: { files: { '/usr/lib/libssl.so.3': 'x' } },
    verdict: 'warn',
    says: ['/usr/lib/libssl.so.3', 'trusts no server', 'ca-certificates'],
  },
  utc: {
    sound: { config: { env: ['TZ=UTC'] } },
    faulty: {
      files: {
        '/etc/localtime': { linkTo: '/usr/share/zoneinfo/CET' },
        '/usr/share/zoneinfo/CET': 'TZif2\0\0\nCET-1CEST,M3.5.0,M10.5.0/3\n',
      },
    },
    verdict: 'warn',
    says: ['CET-1CEST', '/etc/localtime says so'],
  },
};
