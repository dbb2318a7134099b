import type { Process } from "../../model/ecs.ts";
import type { ParsedFields } from "../format.ts";
import { value, type Data } from "./accounts.ts";

/** Adds the processes, services and files that an event's data names. */
export function addObjects(id: string, data: Data, fields: ParsedFields): void {
  const process = id === "4688" ? created(data) : acting(data);
  if (process) fields.process = process;
  if (id === "4689" && fields.process) {
    const status = Number(value(data, "Status") ?? NaN);
    if (Number.isSafeInteger(status)) fields.process.exit_code = status;
  }
  const service =
    value(data, "ServiceName") ?? (id === "4673" ? value(data, "Service") : undefined);
  if (service !== undefined) fields.service = { name: service };
  const file =
    id === "1105"
      ? value(data, "BackupPath")
      : id === "4697"
        ? value(data, "ServiceFileName")
        : undefined;
  if (file !== undefined) fields.file = { path: file };
}

/** The process in which the event happened. */
function acting(data: Data): Process | undefined {
  const executable =
    value(data, "ProcessName") ?? value(data, "CallerProcessName") ?? value(data, "Application");
  // The filtering platform (5156 and its kin) spells it ProcessID.
  const pid = pidOf(
    value(data, "ProcessId") ?? value(data, "ProcessID") ?? value(data, "CallerProcessId"),
  );
  // Process id 0 stands for "none" beside an empty name.
  if (executable === undefined && (pid === undefined || pid === 0)) return undefined;
  return { ...named(executable), ...(pid !== undefined && { pid }) };
}

function created(data: Data): ParsedFields["process"] {
  const pid = pidOf(value(data, "NewProcessId"));
  const line = value(data, "CommandLine");
  const parent: Process = named(value(data, "ParentProcessName"));
  const parentPid = pidOf(value(data, "ProcessId"));
  if (parentPid !== undefined) parent.pid = parentPid;
  return {
    ...named(value(data, "NewProcessName")),
    ...(pid !== undefined && { pid }),
    ...(line !== undefined && { command_line: line, args: argumentsOf(line) }),
    ...(Object.keys(parent).length > 0 && { parent }),
  };
}

function named(executable: string | undefined): Process {
  if (executable === undefined) return {};
  const name = executable.slice(
    Math.max(executable.lastIndexOf("\\"), executable.lastIndexOf("/")) + 1,
  );
  return { ...(name !== "" && { name }), executable };
}

/** A process id, in hexadecimal or decimal. */
function pidOf(text: string | undefined): number | undefined {
  const pid = text === undefined ? NaN : Number(text);
  return Number.isSafeInteger(pid) && pid >= 0 ? pid : undefined;
}

/** Words of a command line; quotes hold blanks together and are removed. */
function argumentsOf(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let quoted = false;
  let started = false;
  for (const char of line) {
    if (char === '"') {
      quoted = !quoted;
      started = true;
    } else if (!quoted && (char === " " || char === "\t")) {
      if (started) words.push(word);
      word = "";
      started = false;
    } else {
      word += char;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}
