/** One figure that the project promises to keep. One file each, one line each in `table.ts`. */
export interface Benchmark {
  /** Kebab-case; the name of its file, and what `--only` takes. */
  readonly name: string;
  /** What is measured against what, in one sentence. */
  readonly figure: string;
  readonly unit: 'x' | 'ms' | 's' | 'MB' | 'MB/s';
  readonly limit: Limit;
  /** Measures once. Everything it makes is removed again. */
  run(): Promise<Measurement>;
}

export type Limit = { readonly atMost: number } | { readonly atLeast: number };

export interface Measurement {
  /** In the unit of the benchmark. */
  readonly value: number;
  /** What it was made of, for a person who asks why: name to value with unit. */
  readonly parts: Readonly<Record<string, string>>;
}

export function isWithin(value: number, limit: Limit): boolean {
  return 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast;
}
