import { starts } from './starts.ts';
export const checks = [starts];
