import type { ResourceKind } from '../resource-kind.ts';
import { addr } from './addr.ts';
import { command } from './command.ts';
import { file } from './file.ts';
import { group } from './group.ts';
import { http } from './http.ts';
import { matching } from './matching.ts';
import { dns, kernelParam, mount, networkInterface, service } from './only-goss.ts';
import { packageKind } from './package.ts';
import { port } from './port.ts';
import { process } from './process.ts';
import { user } from './user.ts';

/** All types of resources, in the order in which goss lists them. */
export const resourceKinds: readonly ResourceKind[] = Object.freeze([
  command,
  http,
  addr,
  dns,
  packageKind,
  service,
  file,
  process,
  user,
  group,
  port,
  kernelParam,
  mount,
  networkInterface,
  matching,
]);
