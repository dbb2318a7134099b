import { AppError } from "../lib/errors.ts";

/** Nobody may send for a host whose lease he may have lost. */
export function leaseLost(): AppError {
  return new AppError("LEASE_LOST", "the host may belong to another shipper by now", {
    hint: "nothing is lost: whoever holds it goes on at the checkpoint",
    retryable: true,
  });
}

/** What the cluster answers to every document of a stream as things are. */
export function fatalError(
  { status, reason }: { status: number; reason: string },
  stream: string,
): AppError {
  // With a plain index of that name in the way, setup would find nothing to change.
  if (reason.includes("is not a data stream")) {
    return new AppError("ES_INDEX_IN_THE_WAY", `${stream} is an index, not a data stream`, {
      hint: "it was not made by Leafwatch: rename it (reindex into another name) or delete it, then start again",
    });
  }
  return status === 404
    ? new AppError("ES_NOT_SET_UP", `${stream} cannot come into being: ${reason}`, {
        hint: "run `leafwatch setup` once with an account that may install templates",
      })
    : new AppError("ES_FORBIDDEN", `${stream} cannot be written to: ${reason}`, {
        hint: "compare the account's rights with `leafwatch setup --print-roles`",
      });
}

/** Not even the dead letter is taken: to go on would lose the line. */
export function deadLetterRefused(stream: string, id: string, reason: string): AppError {
  return new AppError(
    "DEAD_LETTER_REFUSED",
    `Elasticsearch refuses even the dead letter of ${id}: ${reason}`,
    { hint: `look at the mapping of ${stream}; the source waits at this line until it is taken` },
  );
}
