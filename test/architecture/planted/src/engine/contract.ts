import type { Digest } from '../kernel/digest.ts';
export interface Engine { readonly id: Digest }
