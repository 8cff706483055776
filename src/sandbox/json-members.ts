/**
 * Sets members of a JSON text and leaves every other byte as it was: numbers beyond 2^53, order, white
 * space and duplicate keys of the sender reach the engine untouched.
 */

interface Member {
  readonly key: string;
  /** Offsets of the value in the text. */
  readonly start: number;
  readonly end: number;
}

/**
 * Replaces the value of a member of the object `text`, or adds the member. `toValue` gets the old value's
 * text, absent when there is none. Names are compared as Go does, without case.
 */
export function setMember(
  text: string,
  name: string,
  toValue: (old: string | undefined) => string,
): string {
  const wanted = name.toLowerCase();
  const member = membersOf(text).findLast(({ key }) => key.toLowerCase() === wanted);
  if (member !== undefined) {
    const value = toValue(text.slice(member.start, member.end));
    return `${text.slice(0, member.start)}${value}${text.slice(member.end)}`;
  }
  const open = text.indexOf('{') + 1;
  const separator = membersOf(text).length === 0 ? '' : ',';
  return `${text.slice(0, open)}${JSON.stringify(name)}:${toValue(undefined)}${separator}${text.slice(open)}`;
}

/** The members of the outermost object of a text that is known to be valid JSON. */
function membersOf(text: string): readonly Member[] {
  const members: Member[] = [];
  const tokens = text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gu);
  let depth = 0;
  let key: string | undefined;
  let last: string | undefined;
  let start = 0;
  const close = (end: number): void => {
    if (key !== undefined) members.push({ key, ...trimmed(text, start, end) });
    key = undefined;
  };
  for (const { 0: token, index } of tokens) {
    if (token === '}' || token === ']') {
      depth -= 1;
      if (depth === 0) close(index);
    } else if (token === '{' || token === '[') depth += 1;
    else if (depth !== 1) continue;
    else if (token === ',') close(index);
    else if (token === ':' && key === undefined) {
      key = stringOf(last);
      start = index + 1;
    } else last = token;
  }
  return members;
}

function stringOf(token: string | undefined): string {
  const value: unknown = JSON.parse(token ?? '""');
  return typeof value === 'string' ? value : '';
}

function trimmed(text: string, start: number, end: number): { start: number; end: number } {
  const value = text.slice(start, end);
  const left = value.length - value.trimStart().length;
  return { start: start + left, end: start + value.trimEnd().length };
}
