import { spawn } from 'node:child_process';
export type Files = typeof spawn;
export const home = process.env['HOME'];
