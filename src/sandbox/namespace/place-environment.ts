import type { Environment } from '../../host/environment.ts';
import type { ScriptCommand } from './place.ts';

/** How Docker clients find an engine by themselves; DOCKER_HOST alone must decide. */
const OTHER_WAYS = ['DOCKER_CONTEXT', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];
/** They lead to a folder that the script does not have, where its temporary folders are private. */
const TEMPORARY = ['TMPDIR', 'TMP', 'TEMP'];

/** The environment that leads a script to its engine, and to the ports there on its own `localhost`. */
export function placeEnvironment(
  { env, engineSocket }: ScriptCommand,
  hasPrivateFolders: boolean,
): Environment {
  const dropped = new Set(hasPrivateFolders ? [...OTHER_WAYS, ...TEMPORARY] : OTHER_WAYS);
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.has(name))),
    DOCKER_HOST: `unix://${engineSocket}`,
    // @see https://java.testcontainers.org/features/configuration/ and the same of its Node library.
    TESTCONTAINERS_HOST_OVERRIDE: 'localhost',
  };
}
