export const unlisted = 'unlisted';
