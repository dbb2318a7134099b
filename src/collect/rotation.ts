/** A file that once was the live one, told by its name alone. */
export interface Sibling {
  name: string;
  compression: "none" | "gzip" | "other";
}

interface Ranked extends Sibling {
  /** Numbered files are the older the higher, dated ones the older the lower. */
  rank: { kind: "number"; value: number } | { kind: "date"; value: string };
}

const compressions: Readonly<Record<string, Sibling["compression"]>> = {
  gz: "gzip",
  bz2: "other",
  xz: "other",
  zst: "other",
  Z: "other",
  zip: "other",
};

/**
 * Those of `names` that were rotated away from the file `live` in the same folder, oldest first: `access.log.1`,
 * `access.log.2.gz`, `access.log-20261122`, `access-20261122.log` … Of a file that stands there plain and
 * compressed (the compressing is under way), only the plain one.
 */
export function rotatedSiblings(live: string, names: readonly string[]): Sibling[] {
  const all = names.flatMap((name) => rotatedFrom(live, name) ?? []);
  const plain = new Set(all.filter((one) => one.compression === "none").map((one) => one.name));
  return all
    .filter((one) => one.compression === "none" || !plain.has(withoutCompression(one.name)))
    .sort(olderFirst)
    .map(({ name, compression }) => ({ name, compression }));
}

/** True when `name` looks as if it was rotated away from some other one of `names`. */
export function isRotated(name: string, names: ReadonlySet<string>): boolean {
  for (const live of names) {
    if (live !== name && live.length < name.length && rotatedFrom(live, name)) return true;
  }
  return false;
}

function rotatedFrom(live: string, name: string): Ranked | undefined {
  const compression = compressions[/\.(\w+)$/.exec(name)?.[1] ?? ""] ?? "none";
  const plain = compression === "none" ? name : withoutCompression(name);
  if (plain === live) {
    // access.log.gz beside access.log: compressed in place, the last one rotated.
    return compression === "none"
      ? undefined
      : { name, compression, rank: { kind: "number", value: 0 } };
  }
  let suffix: string | undefined;
  let dated = false;
  if (plain.startsWith(live)) {
    suffix = plain.slice(live.length);
  } else {
    // logrotate's `extension`: the date stands before it. A number there is more likely another live file.
    const dot = live.lastIndexOf(".");
    const extension = live.slice(dot);
    const stem = live.slice(0, dot);
    if (dot > 0 && plain.startsWith(stem) && plain.endsWith(extension)) {
      suffix = plain.slice(stem.length, -extension.length);
      dated = true;
    }
  }
  if (suffix === undefined) return undefined;
  if (suffix === ".old") return { name, compression, rank: { kind: "number", value: 0 } };
  if (!dated && /^[.\-_]\d{1,5}$/.test(suffix)) {
    return { name, compression, rank: { kind: "number", value: Number(suffix.slice(1)) } };
  }
  if (/^[.\-_]\d{4}-?\d\d-?\d\d([T.\-_:]?\d+)*$/.test(suffix) || /^[.\-_]\d{10}$/.test(suffix)) {
    return { name, compression, rank: { kind: "date", value: suffix.replace(/\D/g, "") } };
  }
  return undefined;
}

function withoutCompression(name: string): string {
  return name.slice(0, name.lastIndexOf("."));
}

function olderFirst(a: Ranked, b: Ranked): number {
  // A host that changed its way of rotating: the numbers are taken for the newer ones.
  if (a.rank.kind === "date") {
    return b.rank.kind === "date" ? byDate(a.rank.value, b.rank.value) : -1;
  }
  return b.rank.kind === "date" ? 1 : b.rank.value - a.rank.value;
}

/** `20261122` stands before `20261122-1` (a second rotation of that day). */
function byDate(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
