/** The sessions which one connection may have open at a time. */
export interface SessionSlots {
  /**
   * Takes one, or waits for one as long as `during` does.
   *
   * @throws what `during` throws; then none is taken.
   */
  take(during: (free: Promise<void>) => Promise<void>): Promise<void>;
  give(): void;
}

export function sessionSlots(limit: number): SessionSlots {
  let taken = 0;
  const waiting: (() => void)[] = [];

  function give(): void {
    // Whoever waits longest takes it over.
    const next = waiting.shift();
    if (next) next();
    else taken--;
  }

  return {
    give,
    async take(during) {
      if (taken < limit) {
        taken++;
        return;
      }
      const { free, wake } = gate();
      waiting.push(wake);
      try {
        await during(free);
      } catch (error) {
        const at = waiting.indexOf(wake);
        if (at >= 0) waiting.splice(at, 1);
        // It came in the same moment.
        else give();
        throw error;
      }
    },
  };
}

function gate(): { free: Promise<void>; wake: () => void } {
  let wake: () => void = () => undefined;
  const free = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return { free, wake };
}
