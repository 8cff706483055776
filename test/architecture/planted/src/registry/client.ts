export const client = 'console.log is only a word here'; // process.env too
