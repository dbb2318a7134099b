import { isAbort } from "./errors.ts";

/**
 * A signal that aborts at SIGTERM or SIGINT. A second one ends the process at once by Node's default, because the
 * listeners are gone by then.
 */
export function shutdownSignal(): { signal: AbortSignal; [Symbol.dispose](): void } {
  const controller = new AbortController();
  const dispose = () => {
    process.off("SIGTERM", stop).off("SIGINT", stop);
  };
  const stop = () => {
    dispose();
    controller.abort();
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  return { signal: controller.signal, [Symbol.dispose]: dispose };
}

/** Runs what shall go on until `signal` aborts: broken off by it, wherever it was, it has done what it should. */
export async function untilStopped(signal: AbortSignal, serve: () => Promise<void>): Promise<void> {
  try {
    await serve();
  } catch (error) {
    if (!signal.aborted || !isAbort(error)) throw error;
  }
}

/** Calls `reload` at every SIGHUP, the sign of old that a daemon shall read its files again. */
export function onHangup(reload: () => void): Disposable {
  process.on("SIGHUP", reload);
  return { [Symbol.dispose]: () => void process.off("SIGHUP", reload) };
}

/** Keeps SIGHUP from ending a service that is still being opened: what it asks for is read after that anyway. */
export function ignoreHangup(): Disposable {
  return onHangup(() => undefined);
}
