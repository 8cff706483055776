import { checks } from './checks/index.ts';
export const behaviour = checks;
