/**
 * A failure that an operator can act on. `code` is stable and listed in docs/errors.md; the message says what
 * failed and where; `hint` says what to do next; `cause` keeps the original error.
 */
export class AppError extends Error {
  readonly code: string;
  readonly hint: string;
  /** True when the same call may succeed later (network, 429, 5xx). */
  readonly retryable: boolean;

  constructor(
    code: string,
    message: string,
    options: { hint: string; retryable?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for the error that an aborted `AbortSignal` makes a call throw: a clean stop, not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
