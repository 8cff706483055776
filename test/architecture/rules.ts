import {
  keepsFilesSmall,
  namesWhatThingsHold,
  printsInOnePlace,
  readsEnvironmentInHost,
  startsProcessesInHost,
} from './boundaries.ts';
import { entersByTheDoor } from './doors.ts';
import { importsDownwards, ranksEveryFolder } from './ranks.ts';
import { listsEveryImplementation } from './tables.ts';
import type { Rule } from './violation.ts';

/** All rules, by the sentence under which a violation is reported. */
export const rules: Readonly<Record<string, Rule>> = {
  'ranks every folder': ranksEveryFolder,
  'imports downwards only': importsDownwards,
  'enters private folders by their door': entersByTheDoor,
  'lists every implementation in its table': listsEveryImplementation,
  'starts processes in host alone': startsProcessesInHost,
  'reads the environment in host alone': readsEnvironmentInHost,
  'prints in one place': printsInOnePlace,
  'keeps files small': keepsFilesSmall,
  'names what things hold': namesWhatThingsHold,
};
