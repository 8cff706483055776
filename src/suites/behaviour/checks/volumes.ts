import { dockerInspect, dockerLook, inOrder, listFiles } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { EXECUTE, identify, mayDo, readAccounts, WRITE } from '../image/accounts.ts';
import { nameLayer, type ImageFacts } from '../image/image-facts.ts';
import { userOf } from '../image/programs.ts';
import { renderList } from '../render.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

export const volumes: Check<'image'> = {
  id: 'volumes',
  title: 'VOLUMEs are where data belongs',
  proves: 'No VOLUME covers a folder of the system, and the user of the image may write to each.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  isPointless: ({ image }) =>
    image.record.config.volumes.length === 0 ? 'the image declares no VOLUME' : undefined,

  async run(facts, subject) {
    return judgeVolumes(facts, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.Volumes'),
      dockerInspect(subject, 'Config.User'),
      dockerLook(subject, listFiles),
    ),
};

const OF_THE_SYSTEM: ReadonlySet<string> = new Set(
  '/ /bin /boot /dev /etc /lib /lib64 /proc /sbin /sys /usr /usr/bin /usr/lib /usr/sbin'.split(' '),
);

function judgeVolumes(facts: ImageFacts, subject: Subject): CheckResult {
  const paths = subject.image.record.config.volumes.map((path) => path.replace(/\/+$/u, '') || '/');
  const ofSystem = paths.filter((path) => OF_THE_SYSTEM.has(path));
  if (ofSystem.length > 0) {
    return {
      verdict: 'fail',
      message: `Declares ${renderList(ofSystem)} as VOLUME: what later images and updates put there is hidden by the volume.`,
      fix: 'Declare the folder that the data is in, such as `VOLUME /var/lib/app`.',
    };
  }
  const closed = paths.filter((path) => !isWritable(path, facts, subject));
  if (closed.length > 0) {
    const who = userOf(subject);
    return {
      verdict: 'warn',
      message: `The user ${who} may not write to ${renderList(closed)}, which the image declares as VOLUME: a new volume takes its owner from there.`,
      fix: `Before VOLUME, make the folder and give it away: \`RUN install -d -o ${who.split(':')[0] ?? ''} ${closed[0] ?? ''}\`.`,
    };
  }
  return (
    discarded(paths, facts) ?? {
      verdict: 'pass',
      message: `Declares ${renderList(paths)}, where its user may write.`,
    }
  );
}

/** A folder that no layer has is made by the engine, for root. */
function isWritable(path: string, { tree }: ImageFacts, subject: Subject): boolean {
  const identity = identify(userOf(subject), readAccounts(tree));
  if ('unknown' in identity || identity.uid === 0) return true;
  const place = tree.find(path);
  return (
    place.found === 'file' &&
    tree.files.has(place.file.path) &&
    mayDo(identity, place.file, WRITE | EXECUTE)
  );
}

/** What instructions after VOLUME put there: BuildKit keeps it, and other builders drop it without a word. */
function discarded(paths: readonly string[], facts: ImageFacts): CheckResult | undefined {
  for (const path of paths) {
    const at = facts.history.findIndex(
      ({ text }) => /\bVOLUME\b/u.test(text) && text.includes(path),
    );
    const later = facts.history
      .slice(at + 1)
      .find(
        ({ layer, isBuildKit }) =>
          at !== -1 &&
          layer !== undefined &&
          !isBuildKit &&
          facts.layers[layer]?.files.some((file) => file.path.startsWith(`${path}/`)),
      );
    if (later?.layer === undefined) continue;
    return {
      verdict: 'warn',
      message: `${nameLayer(facts, later.layer)} puts files into ${path} after \`VOLUME ${path}\`: builders without BuildKit drop them.`,
      fix: 'Move VOLUME behind the last instruction that writes there.',
    };
  }
  return undefined;
}
