import { processEnvironment } from '../../src/host/environment.ts';

/** `make soak`: everything that is killed, everywhere. Else what stands for it, so that the gate stays short. */
export const isSoak = processEnvironment()['SEATRIAL_SOAK'] === '1';
