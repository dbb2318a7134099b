import { dirname } from "node:path/posix";
import { AppError } from "../lib/errors.ts";
import { fileError } from "./file-errors.ts";
import type { FileAccess, FileStat, OpenFile } from "./files.ts";
import type { Printed, RemoteShell } from "./remote-shell.ts";
import { pathArgument } from "./shell-quote.ts";
import { isSudoRefusal, sudoRefused } from "./sudo-refused.ts";

/**
 * Names a file for `stat`: device and inode with the time of birth, since an inode number goes to a new file as soon as
 * the old one is gone. Where a host or its file system has no such time, something constant stands there.
 */
const identity = "%d:%i@%.9W";

/** What is asked for first: most looks at a log find less, and need no channel of their own. */
const firstBytes = 64 * 1024;

/** The files of `host` through `stat`, `ls`, `tail` and `head`, with `sudo -n` where it needs the rights. */
export function execFiles(
  host: string,
  shell: RemoteShell,
  user: string,
  sudo: boolean,
): FileAccess {
  const as = sudo ? "sudo -n " : "";

  async function run(path: string, command: string, signal: AbortSignal): Promise<Buffer> {
    const printed = await shell.run(command, signal);
    if (printed.status === 0) return printed.output;
    throw commandError(host, path, user, printed);
  }

  async function statOf(path: string, signal: AbortSignal): Promise<FileStat | undefined> {
    try {
      const command = `${as}stat -L -c '${identity} %s %Y %F' -- ${pathArgument(path)}`;
      const text = (await run(path, command, signal)).toString("utf8");
      const fields = /^(\S+) (\d+) (\d+) (.*)$/m.exec(text.trim());
      if (!fields) throw fileError("failed", host, path, { words: text.trim() });
      const [, inode = "", size, mtime, type = ""] = fields;
      const kind = /regular/.test(type) ? "file" : type === "directory" ? "directory" : "other";
      return { kind, size: Number(size), mtimeMs: Number(mtime) * 1000, inode };
    } catch (error) {
      if (error instanceof AppError && error.code === "FILE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** Names and inode numbers; a name with line breaks goes on in the lines after it. */
  async function entries(folder: string, signal: AbortSignal): Promise<Map<string, string>> {
    const text = await run(folder, `${as}ls -1Ai -- ${pathArgument(`${folder}/`)}`, signal);
    const found = new Map<string, string>();
    let last = "";
    for (const line of text.toString("utf8").split("\n")) {
      const [, inode, name] = /^ *(\d+) (.+)$/.exec(line) ?? [];
      if (inode !== undefined && name !== undefined) {
        found.set(name, inode);
        last = name;
      } else if (line !== "" && last !== "") {
        found.set(`${last}\n${line}`, found.get(last) ?? "");
        found.delete(last);
        last = `${last}\n${line}`;
      }
    }
    return found;
  }

  async function open(path: string, signal: AbortSignal): Promise<OpenFile> {
    let name = path;
    const first = await statOf(path, signal);
    if (!first) throw fileError("not_found", host, path);
    if (first.kind !== "file") throw fileError("not_regular", host, path);
    const inode = first.inode ?? "";

    /** No handle outlives a command: after a rename the file is looked for by its inode. */
    async function find(findSignal: AbortSignal): Promise<FileStat> {
      const stat = await statOf(name, findSignal);
      if (stat?.inode === inode) return stat;
      const number = inode.slice(inode.indexOf(":") + 1, inode.indexOf("@"));
      const folder = dirname(path);
      for (const [other, otherNumber] of await entries(folder, findSignal)) {
        if (otherNumber !== number) continue;
        const moved = `${folder === "/" ? "" : folder}/${other}`;
        const movedStat = await statOf(moved, findSignal);
        if (movedStat?.inode !== inode) continue;
        name = moved;
        return movedStat;
      }
      throw fileError("not_found", host, path);
    }

    async function* read(
      from: number,
      readSignal: AbortSignal,
      limit = Infinity,
    ): AsyncGenerator<Buffer> {
      const begin = await readBegin(from, Math.min(limit, firstBytes), readSignal);
      if (begin.length > 0) yield begin;
      let at = from + begin.length;
      if (begin.length < firstBytes || limit <= firstBytes) return;
      const used = name;
      let checked = false;
      for await (const piece of shell.stream(tailFrom(used, at), readSignal)) {
        // Who prints has opened the file: if its name was right before and is after, it is our file.
        checked ||= (await find(readSignal)).inode === inode && name === used;
        if (!checked) {
          yield* read(at, readSignal, limit);
          return;
        }
        at += piece.length;
        yield piece;
      }
    }

    /** The next bytes in one command, between two proofs that the name still belongs to the file. */
    async function readBegin(from: number, length: number, readSignal: AbortSignal) {
      for (;;) {
        const proof = `${as}stat -L -c '${identity} %s' -- ${pathArgument(name)}`;
        const command = `${proof} && ${tailFrom(name, from)} 2>/dev/null | head -c ${length}; echo; ${proof}`;
        const printed = await shell.run(command, readSignal);
        const { output } = printed;
        const dataStart = output.indexOf(10) + 1;
        const dataEnd = output.lastIndexOf(10, output.length - 2);
        const before = output.toString("utf8", 0, dataStart).split(" ");
        const after = output.toString("utf8", dataEnd + 1).split(" ");
        if (printed.status === 0 && before[0] === inode && after[0] === inode) {
          const data = output.subarray(dataStart, dataEnd);
          const missing = data.length === 0 && Number(before[1]) > from;
          // Nothing though there is something: let the host say why.
          if (missing)
            await run(name, `${as}tail -c 1 -- ${pathArgument(name)} >/dev/null`, readSignal);
          return data;
        }
        await find(readSignal);
      }
    }

    const tailFrom = (of: string, at: number) => `${as}tail -c +${at + 1} -- ${pathArgument(of)}`;
    // Fails here, with the reason, where the file may be seen but not read.
    await run(path, `${as}tail -c 1 -- ${pathArgument(path)} >/dev/null`, signal);
    return { stat: find, read, close: async () => undefined };
  }

  return {
    stat: statOf,
    async list(path, signal) {
      try {
        return [...(await entries(path, signal)).keys()];
      } catch (error) {
        if (error instanceof AppError && error.code === "FILE_NOT_FOUND") return undefined;
        throw error;
      }
    },
    open,
  };
}

function commandError(host: string, path: string, user: string, printed: Printed): AppError {
  const words = printed.output.toString("utf8").trim().slice(0, 500);
  if (isSudoRefusal(words)) return sudoRefused(host, path, user);
  const cause = new Error(words);
  if (/No such file|Not a directory/.test(words))
    return fileError("not_found", host, path, { cause });
  if (/Permission denied/.test(words)) return fileError("permission", host, path, { cause });
  if (/not found|127/.test(words) && printed.status === 127) {
    return fileError("failed", host, path, { cause, words: `${words} (coreutils are needed)` });
  }
  return fileError("failed", host, path, { cause, words });
}
