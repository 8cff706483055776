export const name = 'NotKebab';
