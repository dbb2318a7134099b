/** What became of one document of a bulk, and so what to do next. */
export type Outcome =
  /** It is in this backing index; `existed` when an earlier try had put it there. */
  | { kind: "stored"; index: string; existed: boolean }
  /** Surely not stored: the same again later. */
  | { kind: "again"; reason: string }
  /** May or may not be stored: ask before sending it again. */
  | { kind: "unsure"; reason: string }
  /** The cluster will never take this document. */
  | { kind: "refused"; type: string; reason: string }
  /** It will take none from us as things are; trying again is of no use. */
  | { kind: "fatal"; status: number; reason: string };

/** The members of a bulk answer's items that we ask for and trust in nothing. */
interface Item {
  _index?: unknown;
  status?: unknown;
  error?: { type?: unknown; reason?: unknown; caused_by?: { reason?: unknown } };
}

/**
 * Sorts the bytes of a bulk answer by what to do next. 409 counts as stored: an earlier try got through. Undefined when
 * the answer is not one outcome for each of `count` documents: then nothing is known of any.
 */
export function triage(answer: Buffer, count: number): Outcome[] | undefined {
  return allStored(answer, count) ?? sorted(answer.toString(), count);
}

/**
 * Nearly every answer: all are stored, in one index. Then each item is the same as the one before it, so that the answer
 * is equal to itself moved by one item, which is quicker seen than parsed, and needs no text of its whole length.
 */
function allStored(answer: Buffer, count: number): Outcome[] | undefined {
  const [begin, item, index] = storedFirst.exec(answer.toString("latin1", 0, maxFirst)) ?? [];
  if (begin === undefined || item === undefined || index === undefined) return undefined;
  const from = begin.length - item.length;
  const period = item.length + 1;
  const end = from + count * period - 1;
  if (answer.length !== end + 2 || answer.toString("latin1", end) !== "]}") return undefined;
  // Not more than one item: there is no comma to be checked.
  if (count > 1 && answer[from + item.length] !== comma) return undefined;
  if (!answer.subarray(from, end - period).equals(answer.subarray(from + period, end)))
    return undefined;
  return new Array<Outcome>(count).fill({ kind: "stored", index, existed: false });
}

const comma = 0x2c;
/** More than the longest name of an index (255 bytes) and what stands around it. */
const maxFirst = 400;
const storedFirst =
  /^\{"errors":false,"items":\[(\{"create":\{"_index":"([!#-[\]-~]+)","status":201\}\})/;

function sorted(text: string, count: number): Outcome[] | undefined {
  const items = (parsed(text) as { items?: unknown } | null | undefined)?.items;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  const outcomes: Outcome[] = [];
  for (const item of items as unknown[]) {
    const create = (item as { create?: Item } | null)?.create;
    const outcome = create && outcomeOf(create);
    if (!outcome) return undefined;
    outcomes.push(outcome);
  }
  return outcomes;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function outcomeOf({ _index: index, status, error }: Item): Outcome | undefined {
  if (typeof status !== "number" || typeof index !== "string") return undefined;
  if (status === 201 || status === 200 || status === 409) {
    return { kind: "stored", index, existed: status === 409 };
  }
  const type = typeof error?.type === "string" ? error.type : "unknown";
  const reason = [type, error?.reason, error?.caused_by?.reason]
    .filter((part) => typeof part === "string")
    .join(": ");
  if (status === 429) return { kind: "again", reason };
  if (status >= 500) return { kind: "unsure", reason };
  // A write block (a full disk, an index closed for a while) is lifted some day; missing rights are not.
  if (status === 403 && type === "cluster_block_exception") return { kind: "again", reason };
  // No backing index can be made, e.g. because the cluster has as many shards as it may: not the document's fault.
  if (type === "validation_exception") return { kind: "again", reason };
  if (status === 401 || status === 403 || status === 404) return { kind: "fatal", status, reason };
  if (status >= 400) return { kind: "refused", type, reason };
  return undefined;
}

/** What a request that failed as a whole says about its documents. */
export type RequestFailure =
  /** It did not reach the server or was turned away at the door. */
  | "again"
  /** It may have been carried out, wholly or in part. */
  | "unsure"
  /** In parts it may pass. */
  | "split"
  | "fatal";

/**
 * @param code the AppError's code.
 * @param status the HTTP status; undefined when there was no answer.
 * @param system the system's error message where no connection came about.
 */
export function triageFailure(
  code: string,
  status: number | undefined,
  system: string,
): RequestFailure {
  if (status === 413 || status === 400) return "split";
  if (status === 429) return "again";
  if (status !== undefined && status >= 500) return "unsure";
  if (code === "ES_TIMEOUT" || code === "ES_ODD_ANSWER") return "unsure";
  if (code === "ES_UNREACHABLE") {
    return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|no living/i.test(system)
      ? "again"
      : "unsure";
  }
  return "fatal";
}
