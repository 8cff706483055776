export const main = 'a file beside the rooms';
