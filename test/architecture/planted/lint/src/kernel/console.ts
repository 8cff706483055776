export function tell(): void {
  console.log('hello');
}
