import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { closest } from '../config/suggestion.ts';
import type { BuildFailure } from './build-failure.ts';
import type { ContextSnapshot } from './context.ts';
import { builtText, renderFrame } from './dockerfile-frame.ts';
import { locateStep } from './dockerfile-line.ts';
import { BuildError } from './errors.ts';

/** BuildKit 0.8 to now, for the context and for other stages. */
const NOT_FOUND = /"\/?([^"]*)"(?::)? not found|lstat \S*?\/merged\/?(\S*): no such file/u;
const COPY = /\] (?:COPY|ADD) (.*)$/su;
const FROM = /(?:^| )--from=(\S+)/u;

/** A COPY or ADD of a path that is not there; absent when the failure is another one. */
export function missingCopy(failure: BuildFailure): BuildError | undefined {
  const { vertex } = failure;
  const copied = vertex && COPY.exec(vertex.name)?.[1];
  if (vertex === undefined || copied === undefined) return undefined;
  const match = NOT_FOUND.exec(vertex.error);
  if (match === null) return undefined;
  const path = match[1] ?? match[2] ?? '';
  const stage = FROM.exec(copied)?.[1];
  const why =
    stage === undefined
      ? explainContext(failure.context, { path, copied })
      : { message: `the stage or image ${JSON.stringify(stage)} has no /${path}` };
  const place = locateStep(builtText(failure.dockerfile), vertex.name);
  return new BuildError(
    'BUILD_COPY_MISSING',
    [
      `The step \`${vertex.name}\` cannot copy: ${why.message}`,
      ...(place === undefined ? [] : [renderFrame(failure.dockerfile, place)]),
    ].join('\n'),
    {
      hint: why.hint,
      details: { path, ...(place === undefined ? {} : { line: place.firstLine }) },
    },
  );
}

interface Why {
  readonly message: string;
  readonly hint?: string;
}

function explainContext(
  context: ContextSnapshot,
  { path, copied }: { readonly path: string; readonly copied: string },
): Why {
  if (existsSync(join(context.folder, path)) && !context.filter.includes(path)) {
    return {
      message: `${path} exists, but .dockerignore excludes it`,
      hint: `Take it back with a line \`!${path}\` at the end of .dockerignore.`,
    };
  }
  if (/(?:^|[ [,])"?\.\.\//u.test(copied)) {
    return {
      message: `${path} is not in the context folder ${context.folder}`,
      hint: 'Set `context` to a folder that holds the file: a build sees nothing outside it.',
    };
  }
  return { message: `the context has no ${path}${nearest(context, path)}` };
}

/** The nearest path, or where a file of that name is. */
function nearest(context: ContextSnapshot, path: string): string {
  const paths = context.entries.map((entry) => entry.path);
  const elsewhere = paths.filter((candidate) => basename(candidate) === basename(path));
  const meant = elsewhere.length === 1 ? elsewhere[0] : closest(path, paths);
  return meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
}
