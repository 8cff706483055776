/** An answer of ours in the engine's form, `{"message": …}`. It reaches the script, and never a person of ours. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

/** What the policy says no to. */
export class PolicyRefusal extends ApiRefusal {
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(403, `sandbox policy: ${what} is not allowed (rule ${rule})`);
    this.name = 'PolicyRefusal';
    this.rule = rule;
  }
}
