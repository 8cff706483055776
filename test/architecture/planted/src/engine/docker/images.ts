export const images = 1;
console.log('the engine prints');
