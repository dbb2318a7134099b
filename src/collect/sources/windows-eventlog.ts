import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { LineBatch, RawLine } from "../../model/raw-line.ts";
import { channelChunks, type ChannelChunks } from "../channel-chunks.ts";
import { encodedCommand, eventScript } from "../event-script.ts";
import { gather } from "../gather.ts";
import { lineSplitter } from "../lines.ts";
import { persist } from "../persist.ts";
import { streamOrigin } from "../recognition.ts";
import { sourceKind, type SourceDeps } from "../source-kind.ts";
import type { SshConnection } from "../ssh.ts";

const channel = z.string().regex(/^[^\p{Cc}]{1,255}$/u, "must be the name of an event log channel");
const options = z.strictObject({
  channel: z.union([channel, z.array(channel).min(1)]).default("Security"),
  from: z.enum(["beginning", "end"]).default("beginning"),
});
type Options = z.output<typeof options>;

/** The last event that was read. Its time tells whether its number still means the same event. */
const position = z.object({ record: z.number(), time: z.string() });

const batching = { maxWeight: 1024 * 1024, idleMs: 200 };
/** The script says something at each of its looks; one look at a full log takes its time. */
const silenceMs = 120_000;

/** Windows event logs, read with Get-WinEvent over OpenSSH for Windows and followed by EventRecordID. */
export const windowsEventlog = sourceKind({
  type: "windows-eventlog",
  summary: "Channels of the Windows event log through Get-WinEvent, as XML",
  options,
  create: (config, deps) => ({
    host: deps.host,
    async *streams() {
      const { connection } = deps;
      if (!connection) {
        throw new AppError("EVENT_LOG_NEEDS_SSH", `${deps.host}: event logs are read over SSH`, {
          hint: "give the host an `address` and `os: windows`",
        });
      }
      for (const name of new Set([config.channel].flat())) {
        yield {
          name: `eventlog:${name}`,
          batches: (from, signal) => batches(name, from, config, deps, connection, signal),
        };
      }
    },
  }),
});

async function* batches(
  name: string,
  saved: unknown,
  config: Options,
  deps: SourceDeps,
  connection: SshConnection,
  signal: AbortSignal,
): AsyncGenerator<LineBatch> {
  const { host, log } = deps;
  const fields = { "host.name": host, "winlog.channel": name };
  const origin = streamOrigin(host, `eventlog:${name}`);
  let at = saved === undefined ? undefined : position.parse(saved);

  async function* round(): AsyncGenerator<LineBatch> {
    const nonce = randomBytes(16).toString("hex");
    const script = eventScript({
      nonce,
      channel: name,
      ...(at ? { after: at } : config.from === "end" ? { after: "end" as const } : {}),
      once: deps.once,
      pollMs: deps.pollMs,
    });
    const opened = await connection.exec(encodedCommand(script), signal);
    const chunks = channelChunks(connection, opened);
    opened.channel.stderr.resume();
    try {
      const said = records(chunks, nonce);
      for await (const some of gather(said, ({ line }) => line.text.length + 64, batching)) {
        const lines = some.flatMap(({ line, moves }) => {
          at = moves ?? at;
          return line.text === "" ? [] : [line];
        });
        yield { lines, origin, readAt: Date.now(), position: at ?? {} };
      }
    } finally {
      chunks.close();
    }
  }

  /** What the script says, as lines with the position after each. */
  async function* records(
    chunks: ChannelChunks,
    nonce: string,
  ): AsyncGenerator<{ line: RawLine; moves?: typeof at }> {
    const splitter = lineSplitter(0, { encoding: "utf8", maxBytes: deps.maxLineBytes });
    let heard = false;
    for (;;) {
      const chunk = await chunks.next(AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]));
      if (!chunk) throw heard ? ended(host, name) : noPowerShell(host);
      for (const { text, flags } of splitter.push(chunk)) {
        // Whatever else is printed (a profile, a banner) is not ours.
        if (!text.startsWith(`${nonce} `)) continue;
        heard = true;
        const [, word = "", number = "", rest = ""] = /^\S+ (\w+) ?(\d*) ?(.*)$/s.exec(text) ?? [];
        const record = Number(number);
        if (word === "end") return;
        if (word === "error") throw scriptError(host, name, rest);
        if (word === "start")
          yield { line: { text: "", offset: 0 }, moves: { record, time: rest } };
        if (word === "cleared")
          log.warn(fields, "the event log was cleared: reading it from its start");
        if (word === "lost") yield { line: lost(at?.record ?? 0, record) };
        if (word === "event") {
          const time = /SystemTime=['"]([^'"]+)/.exec(rest)?.[1] ?? "";
          const line = { text: rest, offset: record, ...(flags && { flags }) };
          yield { line, moves: { record, time } };
        }
      }
    }
  }

  yield* persist(round, async () => undefined, { ...deps, fields }, signal);
}

function lost(after: number, count: number): RawLine {
  const text = `${count} events after record ${after} are missing: the event log had overwritten them`;
  return { text, offset: after, flags: ["gap"], gapBytes: 0 };
}

function scriptError(host: string, name: string, words: string): AppError {
  if (/NoMatchingLogsFound/.test(words)) {
    return new AppError("EVENT_LOG_UNKNOWN", `${host}: there is no event log channel "${name}"`, {
      hint: "`wevtutil el` on the host lists them; the name is for example Security or Microsoft-Windows-Sysmon/Operational",
    });
  }
  if (/Unauthorized|access is denied/i.test(words)) {
    return new AppError("EVENT_LOG_DENIED", `${host}: the event log "${name}" may not be read`, {
      hint: 'add the account to the local group "Event Log Readers" and log in anew (docs/hosts.md)',
    });
  }
  return new AppError("EVENT_LOG_FAILED", `${host}: the event log "${name}": ${words}`, {
    hint: "run Get-WinEvent for this channel on the host",
    retryable: true,
  });
}

function ended(host: string, name: string): AppError {
  return new AppError("EVENT_LOG_FAILED", `${host}: reading the event log "${name}" broke off`, {
    hint: "look whether PowerShell is being ended on the host",
    retryable: true,
  });
}

function noPowerShell(host: string): AppError {
  return new AppError("POWERSHELL_MISSING", `${host}: PowerShell does not answer`, {
    hint: "is this host Windows with OpenSSH, may the account run commands, and is powershell.exe on its PATH?",
  });
}
