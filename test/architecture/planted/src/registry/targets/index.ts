import { hub } from './hub.ts';
export const targets = [hub];
