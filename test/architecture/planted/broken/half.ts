export const half = {
