import type { z } from 'zod';
import { hasRegistryHost, parseRepository, type Reading } from '../kernel/image-reference.ts';
import { parsePlatform } from '../kernel/platform.ts';
import { problemOfExpression } from './expression.ts';
import { parseTagTemplate } from './tag-template.ts';

/**
 * Checks of single values for `.superRefine`. Each message is a clause that follows the place of the value:
 * "`images.app.ship.tags[0]` has an unknown placeholder …".
 */
type Check<Value> = (value: Value, context: z.core.$RefinementCtx) => void;

export const isExpression: Check<string> = (value, context) => {
  const problem = problemOfExpression(value);
  if (problem !== undefined) refuse(context, `is no regular expression in RE2 syntax: ${problem}`);
};

/** The form alone; `engine/http-target.ts` gives it a meaning. */
export const isHttpTarget: Check<string> = (value, context) => {
  const [, port = '1'] = /^(?:[A-Z]+ +)?(\d{1,5})?\/\S*$/u.exec(value) ?? [undefined, '0'];
  if (Number(port) >= 1 && Number(port) <= 65_535) return;
  refuse(context, `must be \`[METHOD] [PORT]/path\`, but is ${JSON.stringify(value)}`, {
    suggestion: 'Write `GET 8080/health`, or `/health` for the one port that the image exposes.',
  });
};

export const isTagTemplate: Check<string> = (value, context) => {
  const reading = parseTagTemplate(value);
  if (!reading.ok) refuse(context, `(\`${value}\`) ${reading.problem}`, reading);
};

export const isPlatform: Check<string> = (value, context) => {
  if (parsePlatform(value) !== undefined) return;
  refuse(context, `must be \`os/architecture\`, but is ${JSON.stringify(value)}`, {
    suggestion: 'Write `linux/amd64` or `linux/arm64`.',
  });
};

/** A path below the configuration's folder or the context; whether it really is there is found out later. */
export const isRelativePath: Check<string> = (value, context) => {
  if (value === '') refuse(context, 'must not be empty');
  else if (value.includes('\0')) refuse(context, 'holds a null character');
  else if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(value)) {
    refuse(context, `must be a path, but is the address ${JSON.stringify(value)}`);
  } else if (value.startsWith('/')) {
    refuse(context, `must be a relative path, but is ${JSON.stringify(value)}`);
  }
};

/** Name of an image: a repository path without host, since it is the default repository and part of step names. */
export const isImageName: Check<string> = (value, context) => {
  const reading = withoutHost(value);
  if (!reading.ok) refuse(context, `is no valid image name: it ${reading.problem}`);
};

export const isRepository: Check<string> = (value, context) => {
  const reading = parseRepository(value);
  if (reading.ok) return;
  const untagged = value.replace(/(?:@.*|:[^/:]*)$/u, '');
  if (untagged !== value && parseRepository(untagged).ok) {
    refuse(context, `must be a repository without tag, but is ${JSON.stringify(value)}`, {
      suggestion: `Write \`${untagged}\`; tags have their own key, \`tags\`.`,
    });
  } else {
    refuse(context, `(${JSON.stringify(value)}) is no valid repository: it ${reading.problem}`);
  }
};

/** `host[:port][/path]`. */
export const isRegistry: Check<string> = (value, context) => {
  const problem = problemOfRegistry(value);
  if (problem !== undefined) refuse(context, problem.problem, problem);
};

/** Also for `SEATRIAL_REGISTRY`, which is no part of the file. */
export function problemOfRegistry(
  value: string,
): { readonly problem: string; readonly suggestion?: string } | undefined {
  const reading = parseRepository(`${value}/image`);
  const shown = JSON.stringify(value);
  if (/^[a-z]+:\/\//iu.test(value)) {
    return {
      problem: `must be a host without scheme, but is ${shown}`,
      suggestion: `Write \`${value.replace(/^[a-z]+:\/\//iu, '').replace(/\/+$/u, '')}\`.`,
    };
  }
  if (!reading.ok) return { problem: `(${shown}) is no valid registry: it ${reading.problem}` };
  if (hasRegistryHost(`${value}/image`)) return undefined;
  return {
    problem: `(${shown}) names no host: one has a dot or a port, or is \`localhost\``,
    suggestion: `For Docker Hub write \`docker.io/${value}\`.`,
  };
}

function withoutHost(name: string): Reading<unknown> {
  const reading = parseRepository(name);
  if (!reading.ok) return reading;
  return hasRegistryHost(name)
    ? { ok: false, problem: 'has a registry host; put that into `ship.repository`' }
    : reading;
}

function refuse(
  context: z.core.$RefinementCtx,
  message: string,
  params: { readonly offset?: number | undefined; readonly suggestion?: string | undefined } = {},
): void {
  const { offset, suggestion } = params;
  context.addIssue({ code: 'custom', message, params: { offset, suggestion } });
}
