import { terminal } from './terminal.ts';
export const reporters = [terminal];
