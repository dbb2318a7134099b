import { AppError, isAbort } from "../lib/errors.ts";

/** One thing that `check` looked at. */
export interface Finding {
  what: string;
  ok: boolean;
  says: string;
  hint?: string;
}

/** What became of one look: what it says, or the AppError that it ended with. */
export async function lookOnce(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return finding(what, undefined, await look());
  } catch (error) {
    if (error instanceof AppError && !isAbort(error)) return finding(what, error, "");
    throw error;
  }
}

/** A finding that is good as long as there is no `error`. */
export function finding(what: string, error: AppError | undefined, says: string): Finding {
  return error
    ? { what, ok: false, says: `${error.message} [${error.code}]`, hint: error.hint }
    : { what, ok: true, says };
}
