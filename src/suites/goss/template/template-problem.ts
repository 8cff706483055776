/** What is wrong with a template, and where. Ends the reading from however deep; the loader makes a diagnostic of it. */
export class TemplateProblem extends Error {
  /** Characters from the beginning of the file. */
  readonly offset: number;
  readonly suggestion: string | undefined;

  /** `message` is one sentence. */
  constructor(offset: number, message: string, suggestion?: string) {
    super(message);
    this.offset = offset;
    this.suggestion = suggestion;
  }
}

/** What a function says of its arguments; the caller knows the place. */
export class CallProblem extends Error {}
