import { z } from 'zod';
import { anonymousTargets, createdContainer } from './anonymous-volumes.ts';
import { setMember } from './json-members.ts';
import type { MessageHead } from './message-head.ts';
import type { RewriteRequest } from './message-traffic.ts';

export interface LabellingOptions {
  readonly labels: Readonly<Record<string, string>>;
  /** Paths that an image declares as volumes; empty when the engine does not know the image. */
  readonly volumesOf: (image: string) => Promise<readonly string[]>;
}

/** The requests that make objects which live on, with or without a version before the path. */
const CREATE =
  /^POST (?:\/v\d+(?:\.\d+)?)?\/(?<noun>containers|networks|volumes)\/create(?:\?\S*)? /u;

/** Adds our labels to each container, network and volume that a request asks for. */
export function labelCreated(options: LabellingOptions): RewriteRequest {
  return (head: MessageHead) => {
    const noun = CREATE.exec(head.startLine)?.groups?.['noun'];
    if (noun === undefined) return undefined;
    return async (body) =>
      addLabels(noun === 'containers' ? await labelVolumes(body, options) : body, options.labels);
  };
}

const anyObject = z.looseObject({});
const labelMap = z.record(z.string(), z.string()).nullable();

/**
 * The body with our labels added; ours win over the sender's. What is no JSON object, or has labels that are
 * no map of strings, comes back as it is: the engine then refuses it in its own words.
 */
export function addLabels(body: Buffer, labels: Readonly<Record<string, string>>): Buffer {
  const text = textOf(body);
  if (!anyObject.safeParse(parseOrNothing(text)).success) return body;
  const labelled = setMember(text, 'Labels', (old) => {
    const own = labelMap.safeParse(old === undefined ? {} : JSON.parse(old));
    return own.success ? JSON.stringify({ ...own.data, ...labels }) : (old ?? '{}');
  });
  return bytesOf(labelled);
}

/**
 * Asks for the anonymous volumes of a container by name of their path, because only then can they carry
 * labels: `docker rm` without `-v` would leave them behind with nothing to find them by. They stay
 * anonymous: the engine chooses the name, fills them from the image, and `rm -v` and `--rm` remove them.
 */
async function labelVolumes(body: Buffer, options: LabellingOptions): Promise<Buffer> {
  const text = textOf(body);
  const container = createdContainer.safeParse(parseOrNothing(text));
  if (!container.success) return body;
  const targets = anonymousTargets(container.data, await options.volumesOf(container.data.Image));
  if (targets.length === 0) return body;
  const added = targets.map((target) =>
    JSON.stringify({
      Type: 'volume',
      Source: '',
      Target: target,
      VolumeOptions: { Labels: options.labels },
    }),
  );
  return bytesOf(
    setMember(text, 'HostConfig', (host) =>
      setMember(host ?? '{}', 'Mounts', (mounts) => appendTo(mounts, added)),
    ),
  );
}

/** The JSON text of a list, or of nothing, with more items. */
function appendTo(list: string | undefined, items: readonly string[]): string {
  const inner = (list ?? '').replace(/^\[|\]$/gu, '').trim();
  const old = inner === '' || inner === 'null' ? [] : [inner];
  return `[${[...old, ...items].join(',')}]`;
}

// latin1 keeps each byte as one character, so that the untouched rest goes out as it came in.
function textOf(body: Buffer): string {
  return body.toString('latin1');
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
