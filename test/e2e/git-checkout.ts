import { processEnvironment } from '../../src/host/environment.ts';
import { runProcess } from '../../src/host/process.ts';

/** Makes a folder a checkout of the branch `main` with one commit that holds all its files. */
export async function makeCheckout(folder: string): Promise<void> {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  for (const argv of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    [...author, 'commit', '--quiet', '--message=all'],
  ]) {
    const { exitCode, output } = await runProcess('git', argv, {
      cwd: folder,
      // Nobody's own settings, such as signed commits.
      env: { ...processEnvironment(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
    if (exitCode !== 0) throw new Error(`git ${argv.join(' ')}: ${output}`);
  }
}
