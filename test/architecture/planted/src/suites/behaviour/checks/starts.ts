export const starts = 'starts';
