import { strings } from '../utils/strings.ts';
export const types = strings;
