import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { EcsEvent } from "../../src/model/ecs.ts";
import { createLineParser } from "../../src/parse/line-parser.ts";
import { formatOf } from "../../src/parse/registry.ts";
import { zoneOf } from "../../src/parse/zone.ts";

const root = new URL("../fixtures/parse/", import.meta.url);

/** What stands in `NAME.options.json` beside a log; everything may be left out. */
interface GoldenOptions {
  timezone?: string;
  read_at?: string;
  /** The format's own options. */
  log_format?: string;
  mapping?: Record<string, string>;
}

/** A pair `FORMAT/NAME.log` and `FORMAT/NAME.json`. */
export interface GoldenCase {
  format: string;
  name: string;
  /** The lines, and the event of each: null for an empty line or a directive. */
  lines: readonly string[];
  events: readonly (EcsEvent | null)[];
  expected: unknown;
  /** Makes the pair agree: for `UPDATE_GOLDEN=1`. */
  write(): void;
}

/** Every pair under test/fixtures/parse, found by its files alone. */
export function goldenCases(): GoldenCase[] {
  return readdirSync(root).flatMap((format) =>
    readdirSync(new URL(`${format}/`, root))
      .filter((file) => file.endsWith(".log"))
      .map((file) => read(format, file.slice(0, -".log".length))),
  );
}

function read(format: string, name: string): GoldenCase {
  const file = (ending: string) => new URL(`${format}/${name}.${ending}`, root);
  const optionsFile = file("options.json");
  const options = (
    existsSync(optionsFile) ? JSON.parse(readFileSync(optionsFile, "utf8")) : {}
  ) as GoldenOptions;
  const lines = readFileSync(file("log"), "utf8").replace(/\n$/, "").split("\n");
  const events = parseAll(format, lines, options);
  const json = file("json");
  return {
    format,
    name,
    lines,
    events,
    expected: existsSync(json) ? JSON.parse(readFileSync(json, "utf8")) : undefined,
    write: () => {
      writeFileSync(json, `${JSON.stringify(events, null, 2)}\n`);
    },
  };
}

function parseAll(
  name: string,
  lines: readonly string[],
  { timezone = "UTC", read_at = "2026-11-22T12:00:00Z", ...own }: GoldenOptions,
): (EcsEvent | null)[] {
  const format = formatOf(name);
  const zone = zoneOf(timezone);
  if (!format || !zone) throw new Error(`no format ${name} or zone ${timezone}`);
  const parser = createLineParser(format.create(own), {
    dataset: name,
    namespace: "test",
    host: "golden",
    path: "/var/log/golden.log",
    zone,
    version: "1.0.0",
  });
  let offset = 0;
  return lines.map((text) => {
    const event = parser.parse({ text, offset }, Date.parse(read_at)) ?? null;
    offset += Buffer.byteLength(text) + 1;
    return event;
  });
}
