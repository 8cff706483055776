const parsed = JSON.parse('{}');
const { member } = parsed;
parsed.call(member);
export const text = String(parsed.other);
export function read(): string {
  return parsed;
}
text.padEnd(parsed);
