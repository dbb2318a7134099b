import cliProgress from "cli-progress";

/** Tells someone who waits what is going on. */
export interface Progress {
  /** What begins now. */
  step(title: string): void;
  /** How far it is. */
  count(done: number, total: number, unit: string): void;
  /** Something worth knowing in between. */
  note(text: string): void;
  /** Leaves the terminal as it was found. */
  end(): void;
}

const quietMs = 5_000;

/**
 * A bar for each step that counts where `terminal`, else plain lines: at each tenth, and otherwise at least every few
 * seconds. `write` gets whole lines; `clock` gives epoch milliseconds.
 */
export function createProgress(
  terminal: boolean,
  write: (text: string) => void,
  clock: () => number = Date.now,
): Progress {
  const started = clock();
  const line = (text: string) => {
    const seconds = String(Math.round((clock() - started) / 1000)).padStart(3);
    write(`[${seconds} s] ${text}\n`);
  };
  let bar: cliProgress.SingleBar | undefined;
  let told = { tenth: 0, at: 0 };
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    step(title) {
      end();
      told = { tenth: 0, at: clock() };
      line(title);
    },
    count(done, total, unit) {
      if (total <= 0) return;
      if (terminal) {
        if (!bar) {
          const format = `        {bar} {percentage} % ({value} of {total} ${unit})`;
          const { shades_classic } = cliProgress.Presets;
          bar = new cliProgress.SingleBar(
            { format, barsize: 30, hideCursor: true },
            shades_classic,
          );
          bar.start(total, 0);
        }
        bar.setTotal(total);
        bar.update(done);
        if (done >= total) end();
        return;
      }
      const tenth = Math.floor((10 * done) / total);
      const now = clock();
      if (tenth <= told.tenth && (now - told.at < quietMs || done >= total)) return;
      told = { tenth, at: now };
      const share = `${Math.floor((100 * done) / total)} %`;
      line(
        `  ${share.padStart(5)}: ${done.toLocaleString("en-GB")} of ${total.toLocaleString("en-GB")} ${unit}`,
      );
    },
    note(text) {
      // A line in the middle of a bar would be drawn over.
      end();
      line(`  ${text}`);
    },
    end,
  };
}
