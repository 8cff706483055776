import type { Engine } from '../engine/contract.ts';
export type Up = Engine;
