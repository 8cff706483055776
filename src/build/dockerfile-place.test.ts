import { expect, test } from 'vitest';
import { everything, scanContext } from './context.ts';
import { placeDockerfile } from './dockerfile-place.ts';
import { contextFolder } from './testing/context-folder.ts';

test('a Dockerfile of the context stays where it is', async () => {
  await using folder = await contextFolder({ 'docker/Dockerfile': 'FROM a' });
  const context = await scanContext(folder.path, everything);
  const path = `${folder.path}/docker/Dockerfile`;

  expect(placeDockerfile(context, { path, text: 'FROM a' })).toEqual({ name: 'docker/Dockerfile' });
  expect(placeDockerfile(context, { path, text: 'FROM a', pinnedText: 'FROM b' })).toEqual({
    name: 'docker/Dockerfile',
    replaced: { path: 'docker/Dockerfile', text: 'FROM b' },
  });
});

test('one from elsewhere is added under a name that nothing has', async () => {
  await using folder = await contextFolder({
    '.seatrial.Dockerfile': '',
    '.seatrial.Dockerfile.1': '',
    Dockerfile: { linkTo: '/elsewhere/Dockerfile' },
  });
  const context = await scanContext(folder.path, everything);

  for (const path of ['/elsewhere/Dockerfile', `${folder.path}/Dockerfile`]) {
    expect(placeDockerfile(context, { path, text: 'FROM a' })).toEqual({
      name: '.seatrial.Dockerfile.2',
      added: { path: '.seatrial.Dockerfile.2', text: 'FROM a' },
    });
  }
});
