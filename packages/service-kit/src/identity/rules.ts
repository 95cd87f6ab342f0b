import { problemStatus, type ProblemCode } from "@sre/contracts/shared";

export interface RuleDetails {
  /** Path of the field at fault, e.g. `alerts[3].labels.severity`. */
  readonly field?: string;
  /** What the caller can do about it; default: a sentence for the code. */
  readonly nextStep?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
  /** The fault behind it: logged, never sent. */
  readonly cause?: unknown;
}

/** A rule of the product refuses the call: becomes problem+json with the status of its code. `detail` is read by callers and holds no internals. */
export class RuleBroken extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly more: RuleDetails;

  constructor(code: ProblemCode, detail: string, more: RuleDetails = {}) {
    super(`${code}: ${detail}`, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "RuleBroken";
    this.code = code;
    this.detail = detail;
    this.more = more;
  }

  get status(): number {
    return problemStatus[this.code];
  }
}
