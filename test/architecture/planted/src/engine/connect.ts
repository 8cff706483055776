export { images } from './docker/images.ts';
