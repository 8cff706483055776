import type { Benchmark } from './benchmark.ts';
import { version } from './version.ts';

/** Every figure, the cheapest first. */
export const benchmarks: readonly Benchmark[] = [version];
