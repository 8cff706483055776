export { used } from './kernel/used.ts';
