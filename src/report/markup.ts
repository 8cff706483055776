/** Text that is HTML or XML already. Only the tag `markup` makes it, so nothing enters a page unescaped. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Part = string | number | Markup | undefined | readonly Part[];

/** Tag for templates: every value is escaped unless it is markup. An absent value is empty. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const text = literals.map((literal, index) => literal + renderPart(parts[index])).join('');
  return new Markup(text);
}

function renderPart(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string' || typeof part === 'number') return escapeMarkup(String(part));
  return part.map(renderPart).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Characters that XML 1.0 cannot hold are shown as U+FFFD: one of them would make the whole file unreadable.
 * @see https://www.w3.org/TR/xml/#charsets
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/gu;

function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replace(NO_XML, '\ufffd')
    .replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}
