import { findSecrets } from '../../../build/image-secrets.ts';
import { dockerInspect, inOrder } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { nameLayer, type ImageFacts } from '../image/image-facts.ts';
import { renderLines } from '../render.ts';
import { quote } from '../../shell-quote.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

export const secrets: Check<'image'> = {
  id: 'secrets',
  title: 'Keeps no secrets',
  proves:
    'No layer, variable, label or step of the image holds a private key, a token or a password, deleted files included.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  async run(facts, { image }) {
    return judgeSecrets(facts, image.profile.notSecret ?? {});
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.Env'),
      dockerInspect(subject, 'Config.Labels'),
      `docker history --no-trunc ${quote(subject.image.ref)}`,
      showLayers(subject),
    ),
};

/** Lists the files of every layer: what a later one deletes is in no container. */
function showLayers({ image }: Subject): string {
  return inOrder(
    'mkdir by-hand',
    `docker save ${quote(image.ref)} | tar -xC by-hand`,
    "find by-hand -type f -exec tar -tvf {} ';' 2> /dev/null",
    'rm -rf by-hand',
  );
}

/** Where something stands that nobody should read. Never what it is. */
interface Sighting {
  readonly text: string;
  readonly isCertain: boolean;
}

const FIX =
  'Give it to the build with `RUN --mount=type=secret` and to the container at run time; whoever has the image has it already, so replace it.';

/** Name of a variable, label or build argument to the reason why everyone may read it. */
type Allowed = Readonly<Record<string, string>>;

function judgeSecrets(facts: ImageFacts, allowed: Allowed): CheckResult {
  const sightings = [
    ...findSecrets(facts.config, allowed),
    ...inFiles(facts),
    ...inHistories(facts),
  ];
  const certain = sightings.filter(({ isCertain }) => isCertain);
  const [first, ...others] = certain.length > 0 ? certain : sightings;
  const silenced = silencedOf(facts, allowed);
  if (first === undefined)
    return {
      verdict: 'pass',
      message: `No secret was found in it${silenced.length === 0 ? '' : ' that its owner does not explain'}.`,
      ...(silenced.length === 0 ? {} : { evidence: renderLines(silenced) }),
    };
  const more = others.length === 0 ? '' : `, and ${String(others.length)} more`;
  const evidence = renderLines([...sightings.map(({ text }) => text), ...silenced]);
  return certain.length > 0
    ? {
        verdict: 'fail',
        message: `Everyone who has the image can read ${first.text}${more}.`,
        fix: FIX,
        evidence,
      }
    : {
        verdict: 'warn',
        message: `May hold a secret: ${first.text}${more}.`,
        fix: `Look at it. If it is one: ${FIX.charAt(0).toLowerCase()}${FIX.slice(1)}`,
        evidence,
      };
}

/** What would have been found, with its owner's word for it. */
function silencedOf({ config }: ImageFacts, allowed: Allowed): readonly string[] {
  return findSecrets(config).flatMap(({ name = '', text }) =>
    Object.hasOwn(allowed, name) ? [`${text}: none, says its owner: ${allowed[name] ?? ''}`] : [],
  );
}

/** In all layers: what a later one deletes or replaces is pulled with the image all the same. */
function inFiles(facts: ImageFacts): readonly Sighting[] {
  return facts.layers.flatMap(({ files }, layer) =>
    files.flatMap(({ path, facts: found }) =>
      (found?.secrets ?? []).map(({ kind, isCertain }) => ({
        text: `${kind} in ${path} of ${placeOf(facts, path, layer)}`,
        isCertain,
      })),
    ),
  );
}

/** A repository has everything that was ever committed to it. */
function inHistories(facts: ImageFacts): readonly Sighting[] {
  return facts.layers.flatMap(({ files }, layer) =>
    files
      .filter(({ path }) => path.endsWith('/.git/HEAD'))
      .map(({ path }) => ({
        text: `the whole history of the sources in ${path.slice(0, -'/HEAD'.length)} of ${placeOf(facts, path, layer)}`,
        isCertain: false,
      })),
  );
}

/** `layer 2 (COPY . /app), which a later layer hides`. */
function placeOf(facts: ImageFacts, path: string, layer: number): string {
  const isThere = facts.tree.files.get(path)?.layer === layer;
  return `${nameLayer(facts, layer)}${isThere ? '' : ', which a later layer hides'}`;
}
