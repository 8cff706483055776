export * from './any.ts';
export * from './console.ts';
export * from './floating.ts';
