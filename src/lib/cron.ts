import cron from "node-cron";

/** True when node-cron understands `expression` (five fields, or six with seconds first). */
export function isCronExpression(expression: string): boolean {
  return cron.validate(expression);
}

/**
 * Calls `task` at every tick of `expression` in `timezone` (IANA name), never two at once, until `signal` aborts or
 * `task` throws. A tick only wakes the task: what is due is decided from saved state, because a tick may be missed
 * (a stopped process) or lost (node-cron 4.6 skips the repeated hour of a zone with daylight saving).
 *
 * @throws what `task` threw.
 */
export async function onSchedule(
  expression: string,
  timezone: string,
  task: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    let running: Promise<void> | undefined;
    const stop = () => {
      void job.destroy();
      if (running) void running.finally(resolve);
      else resolve();
    };
    const job = cron.schedule(
      expression,
      () => {
        running ??= task()
          .catch((error: unknown) => {
            void job.destroy();
            signal.removeEventListener("abort", stop);
            reject(error instanceof Error ? error : new Error(String(error)));
          })
          .finally(() => {
            running = undefined;
          });
      },
      { timezone },
    );
    signal.addEventListener("abort", stop, { once: true });
  });
}
