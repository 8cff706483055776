export type Hidden = import('../host/files.ts').Files;
