/** What programs print, on its way into the journal: of a flood only the beginning and the end. */
export interface LimitedOutput {
  write(source: string, text: string): void;
  /** Gives out the ends of what was cut. */
  end(): void;
}

export interface OutputLimits {
  /** Characters of one source that pass at once. */
  readonly headLength: number;
  /** Characters of one source that are kept for the end. */
  readonly tailLength: number;
}

const usualLimits: OutputLimits = { headLength: 1024 ** 2, tailLength: 64 * 1024 };

interface Flood {
  passedLength: number;
  heldLength: number;
  tail: string;
}

/** Cuts between lines, so that no secret is cut in two where it would no longer be known. */
export function limitOutput(
  emit: (source: string, text: string) => void,
  limits: OutputLimits = usualLimits,
): LimitedOutput {
  const floods = new Map<string, Flood>();
  return {
    write: (source, text) => {
      const flood = floods.get(source) ?? { passedLength: 0, heldLength: 0, tail: '' };
      floods.set(source, flood);
      const passing = flood.heldLength > 0 ? '' : passingPart(text, flood, limits);
      flood.passedLength += passing.length;
      if (passing !== '') emit(source, passing);
      hold(flood, text.slice(passing.length), limits);
    },
    end: () => {
      for (const [source, flood] of floods) {
        if (flood.heldLength > 0) emit(source, renderTail(flood, limits));
      }
      floods.clear();
    },
  };
}

function passingPart(text: string, flood: Flood, limits: OutputLimits): string {
  const room = limits.headLength - flood.passedLength;
  return text.length <= room ? text : text.slice(0, text.lastIndexOf('\n', room - 1) + 1);
}

function hold(flood: Flood, text: string, { tailLength }: OutputLimits): void {
  flood.heldLength += text.length;
  flood.tail += text;
  if (flood.tail.length > 2 * tailLength) flood.tail = flood.tail.slice(-tailLength);
}

function renderTail({ heldLength, tail }: Flood, { tailLength }: OutputLimits): string {
  if (heldLength <= tailLength) return tail;
  const last = tail.slice(-tailLength);
  const lines = last.slice(last.indexOf('\n') + 1 || last.length);
  const leftOut = heldLength - lines.length;
  return `\n[${String(leftOut)} characters left out]\n${lines}`;
}
