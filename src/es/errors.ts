import { AppError } from "../lib/errors.ts";

/** The parts of the client's errors that we read; its classes differ between ESM and CJS, so names are compared. */
interface ClientError {
  name?: string;
  message?: string;
  statusCode?: number;
  body?: { error?: { type?: string; reason?: string; caused_by?: { reason?: string } } | string };
  meta?: { meta?: { connection?: { url?: URL | string } | null } };
}

/**
 * Runs a call of the client and turns what it throws into an AppError which says where, why and whether the same
 * call may succeed later. `asked` tells where, for calls whose errors do not say it.
 *
 * @throws AbortError when `signal` has aborted; else ES_UNREACHABLE, ES_TIMEOUT, ES_BUSY, ES_ODD_ANSWER (retryable),
 * ES_TLS, ES_UNAUTHORIZED, ES_FORBIDDEN, ES_NOT_FOUND, ES_CONFLICT, ES_REFUSED, ES_NOT_ELASTICSEARCH.
 */
export async function wrap<T>(
  call: () => Promise<T>,
  signal?: AbortSignal,
  asked?: () => string,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    signal?.throwIfAborted();
    throw toAppError(error, asked);
  }
}

/** The HTTP status behind an error of `wrap` or of the client; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const origin: unknown = error instanceof AppError ? error.cause : error;
  return (origin as ClientError | undefined)?.statusCode;
}

/** What the client would have thrown for an answer that was read as a stream. */
export function answerError(
  statusCode: number,
  text: string,
  connection: { url: URL } | null,
): AppError {
  return toAppError({
    name: "ResponseError",
    statusCode,
    body: parsed(text),
    meta: { meta: { connection } },
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toAppError(error: unknown, asked?: () => string): AppError {
  if (error instanceof AppError) return error;
  // Whatever else was thrown has none of these members, and then only its message is shown.
  const seen = (typeof error === "object" && error !== null ? error : {}) as ClientError;
  const place = placeOf(seen) ?? asked?.();
  const where = place === undefined ? "Elasticsearch" : `Elasticsearch at ${place}`;
  const app = (code: string, message: string, hint: string, retryable = false) =>
    new AppError(code, `${where}: ${message}`, { hint, retryable, cause: error });
  switch (seen.name) {
    case "TimeoutError":
      return app("ES_TIMEOUT", "no answer in time", "look at the cluster's load", true);
    // Aborted, but not by us: so the client calls a connection that closed in the middle of an answer.
    case "RequestAbortedError":
    case "ConnectionError":
    case "NoLivingConnectionsError":
      return /certificate|altnames|fingerprint|SSL|TLS|EPROTO/i.test(seen.message ?? "")
        ? app(
            "ES_TLS",
            seen.message ?? "TLS failed",
            "set elasticsearch.ca or elasticsearch.ca_fingerprint to the authority that signed the server's certificate, and elasticsearch.url to a name in it",
          )
        : app(
            "ES_UNREACHABLE",
            `cannot be reached (${seen.message ?? "no connection"})`,
            "look whether it runs and elasticsearch.url is right",
            true,
          );
    case "ProductNotSupportedError":
      return app("ES_NOT_ELASTICSEARCH", "this is no Elasticsearch", "look at elasticsearch.url");
    case "DeserializationError":
      return app(
        "ES_ODD_ANSWER",
        "the answer is no JSON",
        "look for a proxy that answers in its place",
        true,
      );
    case "ResponseError":
      return fromStatus(seen, app);
    default:
      return app("ES_CLIENT", seen.message ?? String(error), "this is a mistake in Leafwatch");
  }
}

function fromStatus(
  seen: ClientError,
  app: (code: string, message: string, hint: string, retryable?: boolean) => AppError,
): AppError {
  const status = seen.statusCode ?? 0;
  const { error } = typeof seen.body === "object" ? seen.body : { error: undefined };
  const reason =
    typeof error === "object"
      ? [error.type, error.reason, error.caused_by?.reason].filter(Boolean).join(": ")
      : (error ?? seen.message ?? "");
  const message = `answered ${status} ${reason}`.trim().slice(0, 600);
  if (status === 429 || status >= 500) {
    return app("ES_BUSY", message, "it is overloaded or starting; look at its health", true);
  }
  const [code, hint] = {
    401: ["ES_UNAUTHORIZED", "look at elasticsearch.api_key, or username and password"],
    403: ["ES_FORBIDDEN", "compare the account's rights with `leafwatch setup --print-roles`"],
    404: ["ES_NOT_FOUND", "run `leafwatch setup`"],
    409: ["ES_CONFLICT", "somebody else has changed it; try again"],
  }[status] ?? ["ES_REFUSED", refusalHint(message)];
  return app(code ?? "ES_REFUSED", message, hint ?? "");
}

function refusalHint(message: string): string {
  return message.includes("the same priority")
    ? "somebody else's template claims the same streams: give it narrower patterns, or set another `namespace`"
    : "the cluster's log may say more";
}

/** The address that was asked; the client's redaction has made a text of it and left the credentials out. */
function placeOf(seen: ClientError): string | undefined {
  const url = seen.meta?.meta?.connection?.url;
  const text = url instanceof URL ? url.origin : url?.replace(/\/$/, "");
  return text === "" ? undefined : text;
}
