export type Digest = string;
