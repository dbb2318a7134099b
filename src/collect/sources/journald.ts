import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { LineBatch, RawLine } from "../../model/raw-line.ts";
import { gather } from "../gather.ts";
import { lineSplitter } from "../lines.ts";
import { persist } from "../persist.ts";
import { streamOrigin } from "../recognition.ts";
import type { RemoteShell } from "../remote-shell.ts";
import { shellQuote } from "../shell-quote.ts";
import { isSudoRefusal, sudoRefused } from "../sudo-refused.ts";
import { sourceKind, type SourceDeps } from "../source-kind.ts";

const options = z.strictObject({
  units: z.array(z.string().min(1)).default([]),
  namespace: z.string().min(1).optional(),
  from: z.enum(["beginning", "end"]).default("beginning"),
});
type Options = z.output<typeof options>;

const position = z.object({ cursor: z.string(), time: z.number() });
type JournalPosition = z.output<typeof position>;

const batching = { maxWeight: 1024 * 1024, idleMs: 200 };

/** A host's journal, read with journalctl as JSON and followed by cursor. */
export const journald = sourceKind({
  type: "journald",
  summary: "The systemd journal through journalctl, optionally of some units only",
  options,
  create: (config, deps) => ({
    host: deps.host,
    async *streams() {
      const { shell } = deps;
      if (!shell) throw needsCommands(deps.host);
      const names = [...config.units].sort().join(",");
      const name = `journald:${config.namespace ?? ""}${names && `:${names}`}`;
      yield { name, batches: (from, signal) => batches(name, from, config, deps, shell, signal) };
    },
  }),
});

async function* batches(
  name: string,
  saved: unknown,
  config: Options,
  deps: SourceDeps,
  shell: RemoteShell,
  signal: AbortSignal,
): AsyncGenerator<LineBatch> {
  const { host, log, once } = deps;
  const fields = { "host.name": host, journal: name };
  const origin = streamOrigin(host, name);
  let at = saved === undefined ? undefined : position.parse(saved);
  /** The cursor's entry cannot be found: its time stands for it. */
  let byTime = false;

  async function* round(): AsyncGenerator<LineBatch> {
    if (!at && config.from === "end") {
      const { output } = await shell.run(journalctl(config, deps, "--lines=1"), signal);
      at = readEntry(output.toString("utf8").trim()).here;
      if (at) yield batch([]);
    }
    using stop = stopper(signal);
    const command = journalctl(config, deps, startAt(at, byTime), once ? "" : "--follow --no-tail");
    try {
      for await (const chunks of gather(
        lines(shell.stream(command, stop.signal), deps.maxLineBytes),
        (some) => some.reduce((sum, line) => sum + line.text.length, 0),
        batching,
      )) {
        const fresh = chunks.flat().flatMap((line) => entry(line) ?? []);
        if (fresh.length > 0) yield batch(fresh);
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "COMMAND_FAILED") throw error;
      if (isSudoRefusal(error.message))
        throw sudoRefused(host, "the journal", deps.connection?.target.user ?? "USER");
      if (!/cursor/i.test(error.message) || byTime) throw journalError(host, error);
      log.warn({ ...fields, err: error }, "the journal's cursor is lost: going on by time");
      byTime = true;
      yield* round();
    }
  }

  /** Moves the position over one entry; undefined for one that was read before. */
  function entry({ text, flags }: RawLine): RawLine | undefined {
    const { canonical, here } = readEntry(text);
    if (here && byTime && at && here.time < at.time) return undefined;
    if (here) {
      at = here;
      byTime = false;
    }
    return { text: canonical, offset: here?.time ?? at?.time ?? 0, ...(flags && { flags }) };
  }

  function batch(fresh: RawLine[]): LineBatch {
    return { lines: fresh, origin, readAt: Date.now(), position: at ?? {} };
  }

  yield* persist(round, async () => undefined, { ...deps, fields }, signal);
}

async function* lines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<RawLine[]> {
  const splitter = lineSplitter(0, { encoding: "utf8", maxBytes });
  for await (const chunk of chunks) {
    const some = splitter.push(chunk).filter((line) => line.text !== "");
    if (some.length > 0) yield some;
  }
}

/** The command that prints a journal; `more` is shell text. */
export function journalctl(
  { units, namespace }: Pick<Options, "units" | "namespace">,
  { sudo }: Pick<SourceDeps, "sudo">,
  ...more: readonly string[]
): string {
  return [
    sudo ? "sudo -n journalctl" : "journalctl",
    // Without --all, long fields are left out of the JSON.
    "--output=json --all --quiet --no-pager",
    ...(namespace === undefined ? [] : [`--namespace=${shellQuote(namespace)}`]),
    ...units.map((unit) => `--unit=${shellQuote(unit)}`),
    ...more.filter((word) => word !== ""),
  ].join(" ");
}

function startAt(at: JournalPosition | undefined, byTime: boolean): string {
  if (!at) return "";
  if (byTime) return `--since=@${Math.floor(at.time / 1e6)}`;
  return `--after-cursor=${shellQuote(at.cursor)}`;
}

/** An entry with its fields in order: journalctl prints the same entry in another order each time it is started. */
function readEntry(text: string): { canonical: string; here?: JournalPosition } {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    // Cut because it was too long: the parser says so in its event.
    return { canonical: text };
  }
  const known = entryFields.safeParse(fields);
  if (!known.success) return { canonical: text };
  const canonical = JSON.stringify(known.data, Object.keys(known.data).sort());
  const here = { cursor: known.data.__CURSOR, time: Number(known.data.__REALTIME_TIMESTAMP) };
  return { canonical, here };
}

const entryFields = z.looseObject({
  __CURSOR: z.string(),
  __REALTIME_TIMESTAMP: z.string().regex(/^\d+$/),
});

/** A signal of our own beside `signal`: a stream that waits ends when nobody reads it any more. */
function stopper(signal: AbortSignal): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    [Symbol.dispose]: () => {
      controller.abort();
    },
  };
}

function needsCommands(host: string): AppError {
  return new AppError("JOURNAL_NEEDS_SSH", `${host}: the journal is read with commands over SSH`, {
    hint: "give the host an `address` and `read: exec`, or read files instead",
  });
}

function journalError(host: string, error: AppError): AppError {
  const denied = /permission|not seeing messages|No journal files were opened/i.test(error.message);
  return new AppError("JOURNAL_FAILED", `${host}: journalctl: ${error.message}`, {
    hint: denied
      ? "add the account to the group systemd-journal (or adm), or set `read: sudo`"
      : "run the same journalctl on the host",
    retryable: !denied,
    cause: error,
  });
}
