import { connectionLost } from "./ssh-errors.ts";

/**
 * Waits for `promise` until the connection to `host` is `closed` or `signal` aborts.
 *
 * @throws AppError SSH_CONNECTION_LOST, the reason of the signal, or what the promise throws.
 */
export async function whileOpen<T>(
  host: string,
  closed: AbortSignal,
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  promise.catch(() => undefined);
  signal.throwIfAborted();
  if (closed.aborted) throw connectionLost(host, closed.reason);
  let onAbort = () => undefined as unknown;
  let onClose = () => undefined as unknown;
  const ended = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    onClose = () => {
      reject(connectionLost(host, closed.reason));
    };
    signal.addEventListener("abort", onAbort);
    closed.addEventListener("abort", onClose);
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    closed.removeEventListener("abort", onClose);
  }
}
