export const junit = 'junit';
