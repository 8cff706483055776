import { home } from './process-env';

export const again = home;
