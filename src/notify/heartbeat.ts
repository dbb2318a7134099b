import { AppError, messageOf } from "../lib/errors.ts";

/**
 * Calls `url` to say that a pass is complete, so that a watchdog elsewhere misses the call when passes stop.
 *
 * @throws AppError HEARTBEAT when nobody takes it; the pass itself is not affected.
 */
export async function beat(url: string, signal: AbortSignal): Promise<void> {
  const { host } = new URL(url);
  const failed = (why: string, cause?: unknown) =>
    new AppError("HEARTBEAT", `the heartbeat to ${host} was not taken: ${why}`, {
      hint: "check watch.heartbeat; its receiver will report that passes have stopped",
      retryable: true,
      cause,
    });
  let response: Response;
  try {
    response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      redirect: "follow",
    });
    await response.body?.cancel();
  } catch (cause) {
    signal.throwIfAborted();
    throw failed(messageOf(cause), cause);
  }
  if (!response.ok) throw failed(`HTTP ${response.status}`);
}
