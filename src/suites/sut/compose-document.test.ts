import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderForCompose } from './compose-document.ts';
import { load } from './testing/sut-project.ts';

async function render(
  compose: string,
  references: Readonly<Record<string, string>>,
): Promise<unknown> {
  const loaded = await load(compose, {}, { PORT: '80' });
  const images = new Map(
    Object.entries(references).map(([name, reference]) => [name, { id: 'sha256:0', reference }]),
  );
  return parse(renderForCompose(loaded.compose, images, 'p'));
}

describe('a file for Docker Compose', () => {
  it('has its images in the place of builds, its variables filled in, and nothing of this machine', async () => {
    const document = await render(
      `version: '3.4'
x-mine: 1
services:
  sut:
    build: .
    image: me/tests
    command: ['echo', '$$HOME', "\${PORT}"]
    devices: ['/dev/net/tun']
    ports: ['80:80']
    container_name: fixed
  Other:
    build: { context: ., ssh: [default] }
volumes: { data: }
`,
      { sut: 'localhost/seatrial/app:key' },
    );

    expect(document).toEqual({
      version: '3.4',
      services: {
        sut: {
          image: 'localhost/seatrial/app:key',
          command: ['echo', '$$HOME', '80'],
          devices: ['/dev/net/tun'],
        },
        Other: {
          build: { context: '.', ssh: ['default'] },
          image: 'localhost/seatrial/p-other:compose',
        },
      },
      volumes: { data: null },
    });
  });

  it('keeps the shape of the first version', async () => {
    const document = await render('sut: { build: ., dockerfile: Dockerfile, mem_limit: 1g }\n', {
      sut: 'sha256:1',
    });

    expect(document).toEqual({ sut: { image: 'sha256:1', mem_limit: '1g' } });
  });
});
