import { fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import { parseLines } from "./parse-lines.ts";
import type { Shipped, Task } from "./ship-reader.ts";

/** The `i`th line of the log that the ship benches read. */
export function lineOf(i: number): string {
  return parseLines["apache.access"]?.(i) ?? "";
}

/** Writes the lines from `from` to `to` into a file. */
export async function writeLog(path: string, from: number, to: number): Promise<void> {
  await pipeline(Readable.from(linesBetween(from, to)), createWriteStream(path));
}

/** Runs ship-reader.ts, compiled to `script`, in a process of its own. */
export function inOwnProcess(script: string, task: Task): Promise<Shipped> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { execArgv: [] });
    child.once("message", (shipped) => {
      // Our own message, see ship-reader.ts.
      resolve(shipped as Shipped);
      child.kill();
    });
    child.once("error", reject).once("exit", () => {
      reject(new Error("the shipper ended without a result"));
    });
    child.send(task);
  });
}

/** Resolves when the server has merged what was sent before: that is no cost of what comes next. */
export async function atRest(client: Client): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    await sleep(1000);
    const { _all } = await client.indices.stats({ metric: "merge" });
    quiet = (_all.total?.merges?.current ?? 0) === 0 ? quiet + 1 : 0;
  }
}

function* linesBetween(first: number, end: number): Generator<string> {
  for (let from = first; from < end; from += 1000) {
    let some = "";
    for (let i = from; i < Math.min(end, from + 1000); i++) some += `${lineOf(i)}\n`;
    yield some;
  }
}
