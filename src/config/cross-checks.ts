import { z } from 'zod';
import { isSamePlatform } from '../kernel/platform.ts';
import { renderPath, type Problem } from './diagnostics.ts';
import { didYouMean } from './suggestion.ts';

/**
 * Checks that need more than one place of the configuration, or a list from elsewhere. They read the plain
 * value and tolerate everything else, so that their problems are shown together with those of the schema.
 */
export function crossProblems(value: unknown, checkIds: readonly string[]): readonly Problem[] {
  const { images } = looseConfig.parse(value);
  return Object.entries(images).flatMap(([name, image]) => [
    ...unknownImages(name, image, Object.keys(images)),
    ...unknownChecks(name, image, checkIds),
    ...repeatedPlatforms(name, image, 'platforms'),
    ...repeatedPlatforms(name, image, 'untested'),
    ...unknownUntested(name, image),
    ...nothingTested(name, image),
  ]);
}

const looseRecord = z.record(z.string(), z.unknown()).catch({});

const looseTexts = z
  .array(z.unknown())
  .catch([])
  .transform((values) => values.filter((each) => typeof each === 'string'));

const looseImage = z
  .object({
    args: looseRecord,
    platforms: looseTexts,
    untested: looseTexts,
    suites: z
      .object({
        behaviour: z
          .object({ only: z.array(z.unknown()).catch([]), skip: looseRecord })
          .catch({ only: [], skip: {} }),
      })
      .catch({ behaviour: { only: [], skip: {} } }),
  })
  .catch({ args: {}, platforms: [], untested: [], suites: { behaviour: { only: [], skip: {} } } });

const looseConfig = z
  .object({ images: z.record(z.string(), looseImage).catch({}) })
  .catch({ images: {} });

type LooseImage = z.infer<typeof looseImage>;

function unknownImages(
  name: string,
  image: LooseImage,
  names: readonly string[],
): readonly Problem[] {
  return Object.entries(image.args).flatMap(([arg, value]): readonly Problem[] => {
    const parent = z.object({ image: z.string() }).safeParse(value).data?.image;
    if (parent === undefined || (names.includes(parent) && parent !== name)) return [];
    const path = ['images', name, 'args', arg, 'image'];
    const others = names.filter((each) => each !== name);
    if (parent === name) {
      return [{ path, message: `\`${renderPath(path)}\` is the image itself.` }];
    }
    return [
      {
        path,
        message: `\`${renderPath(path)}\` is \`${parent}\`, which is no image of this project.`,
        suggestion: didYouMean(parent, others) ?? listOf('Images are', others),
      },
    ];
  });
}

function unknownChecks(
  name: string,
  image: LooseImage,
  checkIds: readonly string[],
): readonly Problem[] {
  const { only, skip } = image.suites.behaviour;
  const base = ['images', name, 'suites', 'behaviour'];
  const places: readonly Problem[] = [
    ...only.map((id, index) => ({ path: [...base, 'only', index], message: String(id) })),
    ...Object.keys(skip).map((id) => ({
      path: [...base, 'skip', id],
      message: id,
      at: 'key' as const,
    })),
  ];
  return places
    .filter(({ message: id }) => !checkIds.includes(id))
    .map(({ path, at, message: id }) => ({
      path,
      at,
      message: `\`${renderPath(path.slice(0, -1))}\` names \`${id}\`, which is no behaviour check.`,
      suggestion: didYouMean(id, checkIds) ?? listOf('Checks are', checkIds),
    }));
}

function repeatedPlatforms(
  name: string,
  image: LooseImage,
  key: 'platforms' | 'untested',
): readonly Problem[] {
  return image[key].flatMap((platform, index, all): readonly Problem[] => {
    const first = all.find((each) => isSamePlatform(each, platform));
    if (first === undefined || all.indexOf(first) === index) return [];
    const path = ['images', name, key, index];
    return [{ path, message: `\`${renderPath(path)}\` repeats \`${first}\`.` }];
  });
}

function unknownUntested(name: string, { platforms, untested }: LooseImage): readonly Problem[] {
  return untested.flatMap((platform, index): readonly Problem[] => {
    if (platforms.some((each) => isSamePlatform(each, platform))) return [];
    const path = ['images', name, 'untested', index];
    return [
      {
        path,
        message: `\`${renderPath(path)}\` is \`${platform}\`, which is not among its \`platforms\`.`,
        suggestion: didYouMean(platform, platforms) ?? listOf('Platforms are', platforms),
      },
    ];
  });
}

/** Zero cases are not a pass. */
function nothingTested(name: string, { platforms, untested }: LooseImage): readonly Problem[] {
  const isTested = (platform: string): boolean =>
    !untested.some((each) => isSamePlatform(each, platform));
  if (platforms.length === 0 || platforms.some(isTested)) return [];
  const path = ['images', name, 'untested'];
  return [
    {
      path,
      message: `\`${renderPath(path)}\` names every platform of \`${name}\`: nothing would be tested.`,
      suggestion: 'Leave out the one that your engine runs.',
    },
  ];
}

function listOf(start: string, names: readonly string[]): string | undefined {
  return names.length === 0
    ? undefined
    : `${start} ${names.map((each) => `\`${each}\``).join(', ')}.`;
}
