import { behaviour } from './behaviour/index.ts';
export const kinds = [behaviour];
