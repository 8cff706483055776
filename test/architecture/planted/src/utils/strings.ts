export const strings = 1;
