import { A } from './cycle-a.ts';

export type Copy = A;
