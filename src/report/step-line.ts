import type { Style } from './style.ts';
import { cutToWidth, textWidth } from './terminal-text.ts';

/** One line for a running or finished step, cut to the width of the place. */
export function renderStepLine(
  parts: StepLine,
  place: { readonly style: Style; readonly width: number },
): string {
  const { style, width } = place;
  const time = parts.time.padStart(7);
  const head = `${parts.kind.padEnd(5)}  ${parts.name.padEnd(parts.nameWidth)}`;
  // The last column stays free: some terminals wrap a line that fills it.
  const room = width - textWidth(head) - time.length - 7;
  const detail = room >= 8 ? cutToWidth(parts.detail, room, style.symbols.more) : '';
  const line = cutToWidth(head, Math.max(8, width - time.length - 5), style.symbols.more);
  return `${parts.mark} ${style.strong(line)}  ${style.faint(time)}  ${parts.paint(detail)}`.trimEnd();
}

export interface StepLine {
  /** One column, coloured. */
  readonly mark: string;
  readonly kind: string;
  readonly name: string;
  /** Columns for the name, so that lines stand below each other. */
  readonly nameWidth: number;
  readonly time: string;
  readonly detail: string;
  readonly paint: (text: string) => string;
}
