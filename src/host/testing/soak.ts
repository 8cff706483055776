import { processEnvironment } from '../environment.ts';

/** `make soak`: all that is tried. Else what can stand for it, so that the gate stays short. */
export const isSoak = processEnvironment()['SEATRIAL_SOAK'] === '1';
