import type { SuiteKind } from './contract.ts';
import { behaviourSuite } from './behaviour/index.ts';
import { gossSuite } from './goss/index.ts';
import { scriptSuite } from './script/index.ts';
import { specSuite } from './spec/index.ts';
import { structureSuite } from './structure/index.ts';
import { sutSuite } from './sut/index.ts';

/** All kinds of suites. To add one: its folder, and a line here. */
export const suiteKinds: readonly SuiteKind[] = Object.freeze([
  behaviourSuite,
  structureSuite,
  gossSuite,
  scriptSuite,
  specSuite,
  sutSuite,
]);
