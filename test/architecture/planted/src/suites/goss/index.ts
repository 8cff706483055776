import { run } from '../script/run.ts';
export const goss = run;
