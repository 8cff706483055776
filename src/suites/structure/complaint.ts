import type { Complaint } from '../case-book.ts';
import { search } from './patterns.ts';

export interface TextDemands {
  /** What is searched, as the subject of a sentence: `The output`. */
  readonly subject: string;
  readonly text: string;
  readonly expected: readonly string[];
  readonly excluded: readonly string[];
  readonly isCompat: boolean;
}

const LINES =
  'Put `(?m)` before the pattern: without it `^` and `$` are the ends of the whole text.';

export function complaintsAboutText(demands: TextDemands): readonly Complaint[] {
  return [
    ...demands.expected.flatMap((pattern) => missing(pattern, demands)),
    ...demands.excluded.flatMap((pattern) => unwanted(pattern, demands)),
  ];
}

function missing(pattern: string, { subject, text }: TextDemands): readonly Complaint[] {
  const match = search(pattern, text);
  if ('problem' in match) return [unreadable(pattern, match.problem)];
  if (match.isFound) return [];
  return [
    {
      message: `${subject} does not match \`${pattern}\``,
      fix: match.isFoundInLines ? LINES : 'Compare the pattern with what the evidence shows.',
    },
  ];
}

function unwanted(pattern: string, { subject, text, isCompat }: TextDemands): readonly Complaint[] {
  const match = search(pattern, text);
  if ('problem' in match) return [unreadable(pattern, match.problem)];
  if (match.isFound) {
    const fix = 'Correct the image, or the pattern, so that they do not meet.';
    return [{ message: `${subject} matches \`${pattern}\`, which is excluded`, fix }];
  }
  if (isCompat || !match.isFoundInLines) return [];
  return [
    {
      message: `${subject} has a line that matches \`${pattern}\`, which is excluded but never looks at single lines`,
      fix: 'Put `(?m)` before the pattern to mean lines, or `(?-m)` to mean the whole text.',
    },
  ];
}

/** Only in the mode that takes such patterns at all: an expression that is none is never satisfied there. */
function unreadable(pattern: string, problem: string): Complaint {
  return {
    message: `\`${pattern}\` is no regular expression in RE2 syntax: ${problem}`,
    fix: 'Correct the pattern.',
  };
}
