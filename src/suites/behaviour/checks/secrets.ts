import { findSecrets } from '../../../build/image-secrets.ts';
import { dockerInspect, dockerLook, inOrder, listFiles } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { nameLayer, type ImageFacts } from '../image/image-facts.ts';
import { renderLines } from '../render.ts';
import { quote } from '../../shell-quote.ts';
import type { Check, CheckResult } from '../check.ts';

export const secrets: Check<'image'> = {
  id: 'secrets',
  title: 'Keeps no secrets',
  proves:
    'No layer, variable, label or step of the image holds a private key, a token or a password, deleted files included.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  async run(facts) {
    return judgeSecrets(facts);
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.Env'),
      dockerInspect(subject, 'Config.Labels'),
      `docker history --no-trunc ${quote(subject.image.ref)}`,
      dockerLook(subject, listFiles),
    ),
};

/** Where something stands that nobody should read. Never what it is. */
interface Sighting {
  readonly text: string;
  readonly isCertain: boolean;
}

const FIX =
  'Give it to the build with `RUN --mount=type=secret` and to the container at run time; whoever has the image has it already, so replace it.';

function judgeSecrets(facts: ImageFacts): CheckResult {
  const sightings = [...inConfiguration(facts), ...inFiles(facts), ...inHistories(facts)];
  const certain = sightings.filter(({ isCertain }) => isCertain);
  const [first, ...others] = certain.length > 0 ? certain : sightings;
  if (first === undefined) return { verdict: 'pass', message: 'No secret was found in it.' };
  const more = others.length === 0 ? '' : `, and ${String(others.length)} more`;
  const evidence = renderLines(sightings.map(({ text }) => text));
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

function inConfiguration({ config }: ImageFacts): readonly Sighting[] {
  return findSecrets(config);
}

/** In all layers: what a later one deletes or replaces is pulled with the image all the same. */
function inFiles(facts: ImageFacts): readonly Sighting[] {
  return facts.layers.flatMap(({ files }, layer) =>
    files.flatMap(({ path, facts: found }) => {
      const isThere = facts.tree.files.get(path)?.layer === layer;
      const gone = isThere ? '' : ', which a later layer hides';
      return (found?.secrets ?? []).map(({ kind, isCertain }) => ({
        text: `${kind} in ${path} of ${nameLayer(facts, layer)}${gone}`,
        isCertain,
      }));
    }),
  );
}

/** A repository has everything that was ever committed to it. */
function inHistories({ tree }: ImageFacts): readonly Sighting[] {
  return [...tree.files.keys()]
    .filter((path) => path.endsWith('/.git/HEAD'))
    .map((path) => ({
      text: `the whole history of the sources in ${path.slice(0, -'/HEAD'.length)}`,
      isCertain: false,
    }));
}
