import { images } from '../engine/docker/images.ts';
const { starts } = await import('../suites/behaviour/checks/starts.ts');
export const reached = [images, starts];
