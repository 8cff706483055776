export function terminal(): void {
  console.log('a reporter may print');
}
