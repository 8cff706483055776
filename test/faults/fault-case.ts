/** One way in which the world breaks, lies or attacks, and what has to become of it. */
export type FaultCase = {
  /** Group and number: `R7`. */
  readonly id: string;
  readonly happens: string;
  readonly required: string;
} & Standing;

type Standing =
  /** Each of these tests fails when what is required no longer holds. */
  | { readonly coveredBy: readonly [TestName, ...TestName[]] }
  /** What is missing. */
  | { readonly open: string }
  /** Why no machine that runs the tests could show it. */
  | { readonly cannotRun: string };

export interface TestName {
  /** Below the root of the repository. */
  readonly file: string;
  /** As it is written there; of a test in a group whose name it needs, `group > test`. */
  readonly test: string;
}

export interface FaultGroup {
  readonly title: string;
  /** How many cases there are. */
  readonly count: number;
  readonly cases: readonly FaultCase[];
}
