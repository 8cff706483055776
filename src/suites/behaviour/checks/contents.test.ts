import { describe, expect, it } from 'vitest';
import { judgeStill, textOf } from '../testing/judge-still.ts';
import type { StillImage } from '../testing/still-image.ts';
import { pem } from '../testing/still-images.ts';

const MB = 1024 ** 2;
/** From GitHub's own description of the format; revoked for years. */
const GITHUB_TOKEN = ['ghp', 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'].join('_');

async function told(id: string, image: StillImage): Promise<string> {
  const result = await judgeStill(id, image);
  return `${result.verdict}: ${textOf(result)}`;
}

/** A time zone file as far as anybody reads it. */
function zone(rule: string): string {
  return `TZif2\0\0\n${rule}\n`;
}

describe('secrets', () => {
  it('fails a token in a variable, and says its name alone', async () => {
    const text = await told('secrets', { config: { env: [`TOKEN=${GITHUB_TOKEN}`] } });

    expect(text).toContain(
      'fail: Everyone who has the image can read variable TOKEN (a GitHub token)',
    );
    expect(text).not.toContain(GITHUB_TOKEN);
  });

  it('only warns of a variable that has a suspicious name', async () => {
    expect(await told('secrets', { config: { env: ['DB_PASSWORD=postgres'] } })).toContain(
      'warn: May hold a secret: variable DB_PASSWORD (by its name a secret)',
    );
  });

  it('only warns of a key that a package brings for its tests', async () => {
    const files = { '/usr/lib/python3/dist-packages/tls/tests/key.pem': pem };

    expect(await told('secrets', { files })).toContain('warn: May hold a secret: a private key');
  });

  it('only warns of sources with their whole history', async () => {
    expect(await told('secrets', { files: { '/app/.git/HEAD': 'ref: x\n' } })).toContain(
      'warn: May hold a secret: the whole history of the sources in /app/.git',
    );
    expect(
      await told('secrets', { layers: [{ '/app/.git/HEAD': 'x' }, { '/app/.wh..git': '' }] }),
    ).toContain('sources in /app/.git of layer 1, which a later layer hides');
  });

  it('takes the word of its owner for a variable, and repeats it', async () => {
    const config = { env: [`TOKEN=${GITHUB_TOKEN}`] };
    const profile = { notSecret: { TOKEN: 'revoked for years' } };

    expect(await told('secrets', { config, profile })).toBe(
      'pass: No secret was found in it that its owner does not explain.\nvariable TOKEN (a GitHub token): none, says its owner: revoked for years',
    );
    expect(await told('secrets', { config, profile, files: { '/key': pem } })).toContain('fail');
  });

  it('lists what is certain before what is not, and counts the rest', async () => {
    const files = { '/a.py': `t = "${GITHUB_TOKEN}"\n`, '/b': pem, '/usr/share/c': pem };

    const text = await told('secrets', { files });

    expect(text).toContain('fail: Everyone who has the image can read a GitHub token in /a.py');
    expect(text).toContain(', and 1 more');
    expect(text).toContain('/usr/share/c');
    expect(text).not.toContain(GITHUB_TOKEN);
  });

  it('names the layer, and nothing of what a RUN did', async () => {
    const history = [{ created_by: 'RUN /bin/sh -c fetch --password hunter22 # buildkit' }];

    const text = await told('secrets', { files: { '/key': pem }, history });

    expect(text).toContain('/key of layer 1 (RUN)');
    expect(text).not.toContain('hunter22');
  });
});

/** An image with two accounts whose passwords are in /etc/shadow. */
function accounts(shadow: string): StillImage {
  return { files: { '/etc/passwd': 'root:x:0:0::/:\napp:x:1:1::/:\n', '/etc/shadow': shadow } };
}

describe('no-hard-coded-passwords', () => {
  it.each([
    ['a hash', 'root:*:1::\napp:$6$salt$hash:1::\n', 'fail: The password of app is in the image'],
    ['an empty password of another than root', 'root:*:1::\napp::1::\n', 'warn'],
    ['a password of no known form', 'root:*:1::\napp:ab12cd34ef56g:1::\n', 'warn'],
    ['a locked hash', 'root:!$6$salt$hash:1::\napp:!!:1::\n', 'pass'],
    ['an account without a line', 'root:*:1::\n', 'pass'],
  ])('judges %s', async (_, shadow, verdict) => {
    expect(await told('no-hard-coded-passwords', accounts(shadow))).toContain(verdict);
  });

  it('reads passwords from passwd itself', async () => {
    expect(
      await told('no-hard-coded-passwords', { files: { '/etc/passwd': 'root::0:0::/:\n' } }),
    ).toContain('fail: root has an empty password');
  });

  it('takes an image without shadow for one in which nobody can log in', async () => {
    expect(
      await told('no-hard-coded-passwords', { files: { '/etc/passwd': 'root:x:0:0::/:\n' } }),
    ).toContain('pass');
    expect(await told('no-hard-coded-passwords', {})).toContain('pass: Has no accounts');
  });
});

describe('privileges', () => {
  it.each<[string, StillImage, string]>([
    [
      'a file that everyone may write to',
      { files: { '/app/run.sh': { contents: 'x', mode: 0o777 } } },
      'warn: Has 1 that everyone may write to.',
    ],
    [
      'a folder for everyone without the sticky bit',
      { files: { '/tmp': { isFolder: true, mode: 0o777 } } },
      'warn: Has 1 that everyone may write to.',
    ],
    ['a folder with it', { files: { '/tmp': { isFolder: true, mode: 0o1777 } } }, 'pass'],
    ['a link', { files: { '/link': { linkTo: '/x' } } }, 'pass'],
    ['setgid of a folder', { files: { '/srv': { isFolder: true, mode: 0o2755 } } }, 'pass'],
    [
      'an owner of the machine that built it',
      { files: { '/etc/passwd': 'root:x:0:0::/:\n', '/app/a': { contents: 'x', uid: 501 } } },
      'warn: Has 1 of an owner that the image does not know.',
    ],
    [
      'the user of the image, whom passwd need not know',
      {
        files: { '/etc/passwd': 'root:x:0:0::/:\n', '/app/a': { contents: 'x', uid: 10_001 } },
        config: { user: '10001' },
      },
      'pass',
    ],
    ['any owner without accounts', { files: { '/a': { contents: 'x', uid: 501 } } }, 'pass'],
    [
      'a copy of su elsewhere',
      { files: { '/opt/su': { contents: 'x', mode: 0o4755 } } },
      'warn: Has 1 of setuid',
    ],
  ])('judges %s', async (_, image, verdict) => {
    expect(await told('privileges', image)).toContain(verdict);
  });
});

describe('size', () => {
  it('warns of much that later layers hide', async () => {
    const layers = [{ '/app/data': 'x' }, { '/app/data': 'y' }];

    expect(await told('size', { layers, sizes: { '/app/data': 21 * MB } })).toMatch(
      /^warn: .*21\.0 MB of it are hidden by later layers.*hidden by later layers: \/app\/data/su,
    );
  });

  it('warns of what package managers leave', async () => {
    const sizes = { '/var/lib/apt/lists/x_Packages': 21 * MB };

    expect(await told('size', { files: { '/var/lib/apt/lists/x_Packages': 'x' }, sizes })).toMatch(
      /^warn: .*left over by package managers.*of package managers: \/var\/lib\/apt/su,
    );
  });

  it('has no word against a little ballast', async () => {
    const layers = [{ '/app/data': 'x'.repeat(1000) }, { '/app/data': 'x' }];

    expect(await told('size', { layers })).toContain('pass: Is 1001 B unpacked in 2 layers.');
  });
});

describe('age', () => {
  it.each([
    [
      'a release that is looked after',
      'ID=ubuntu\nVERSION_ID="24.04"\n',
      'pass: Is ubuntu 24.04, which gets updates until 2029-05-31',
    ],
    [
      'a release that says its end itself',
      'ID=fedora\nVERSION_ID=39\nSUPPORT_END=2024-11-12\n',
      'warn: Is fedora 39',
    ],
    [
      'a release that is not known here',
      'ID=void\nVERSION_ID=1\n',
      'pass: Is void 1, of which no end is known here',
    ],
    [
      'a release before all that are listed',
      'ID=alpine\nVERSION_ID=3.7.0\n',
      'warn: Is alpine 3.7',
    ],
    ['a rolling distribution', 'ID=arch\n', 'pass: Is of no distribution that can end'],
  ])('judges %s', async (_, osRelease, verdict) => {
    expect(await told('age', { files: { '/etc/os-release': osRelease } })).toContain(verdict);
  });

  it('follows the link to where os-release is', async () => {
    const files = {
      '/etc/os-release': { linkTo: '../usr/lib/os-release' },
      '/usr/lib/os-release': 'ID=debian\nVERSION_ID="8"\n',
    };

    expect(await told('age', { files })).toContain('warn: Is debian 8');
  });

  it('does not count the days of a build that hid its time', async () => {
    expect(await told('age', { created: '1970-01-01T00:00:00Z' })).not.toContain('days ago');
  });
});

describe('base-files', () => {
  it('warns of a time zone and a locale that are not there', async () => {
    const image = {
      config: { env: ['TZ=Europe/Berlin', 'LANG=de_DE.UTF-8'] },
      files: { '/lib/x86_64-linux-gnu/libc.so.6': 'x' },
    };

    expect(await told('base-files', image)).toMatch(/^warn: .*Europe\/Berlin.*de_DE\.UTF-8/su);
  });

  it.each<[string, StillImage]>([
    ['an image that asks for nothing', {}],
    [
      'a locale that is built in',
      { config: { env: ['LANG=C.UTF-8'] }, files: { '/lib/libc.so.6': 'x' } },
    ],
    ['a locale of musl, which has none', { config: { env: ['LANG=de_DE.UTF-8'] } }],
    [
      'a locale that is there',
      {
        config: { env: ['LANG=de_DE.UTF-8'] },
        files: { '/lib/libc.so.6': 'x', '/usr/lib/locale/de_DE.utf8/LC_TIME': 'x' },
      },
    ],
    [
      'certificates where a variable says',
      {
        config: { env: ['SSL_CERT_FILE=/certs'] },
        files: { '/usr/lib/libssl.so': 'x', '/certs': 'x' },
      },
    ],
  ])('passes %s', async (_, image) => {
    expect(await told('base-files', image)).toContain('pass');
  });

  it('warns of a Java that trusts nobody', async () => {
    const files = { '/opt/java/lib/security/cacerts': { linkTo: '/etc/ssl/certs/java/cacerts' } };

    expect(await told('base-files', { files })).toContain('warn: Java looks for certificates in');
  });
});

describe('utc', () => {
  it.each<[string, StillImage, string]>([
    ['nothing that says so', {}, 'pass: Its clock shows UTC: it names no time zone.'],
    [
      'a link to UTC that leads nowhere',
      { files: { '/etc/localtime': { linkTo: '/usr/share/zoneinfo/Etc/UTC' } } },
      'pass',
    ],
    ['a file of UTC', { files: { '/etc/localtime': zone('UTC0') } }, 'pass'],
    [
      'a file of another zone',
      { files: { '/etc/localtime': zone('EST5EDT,M3.2.0,M11.1.0') } },
      'warn',
    ],
    [
      'a variable',
      {
        config: { env: ['TZ=Asia/Tokyo'] },
        files: { '/usr/share/zoneinfo/Asia/Tokyo': zone('JST-9') },
      },
      'warn: Its clock shows another time than UTC (JST-9): TZ says so',
    ],
    ['a rule in a variable', { config: { env: ['TZ=EST5EDT'] } }, 'warn'],
    [
      'a variable that wins over the file',
      { config: { env: ['TZ=UTC'] }, files: { '/etc/localtime': zone('JST-9') } },
      'pass',
    ],
    ['a zone that is not there', { config: { env: ['TZ=Asia/Tokyo'] } }, 'pass'],
    ['a file of no known form', { files: { '/etc/localtime': 'x' } }, 'skip'],
  ])('judges %s', async (_, image, verdict) => {
    expect(await told('utc', image)).toContain(verdict);
  });
});
