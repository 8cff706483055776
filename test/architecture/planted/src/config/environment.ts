import { env } from 'node:process';
export const environment = env;
