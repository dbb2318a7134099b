import { z } from "zod";

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds of a duration such as `5m`, `4m59s` or `400d`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdw]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g)) {
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return total;
}

/** A duration in words that `parseDuration` reads back: `90s` becomes `1m30s`. */
export function formatDuration(totalMs: number): string {
  if (totalMs < 1000) return `${Math.round(totalMs)}ms`;
  let rest = Math.round(totalMs / 1000);
  const parts: string[] = [];
  for (const [unit, seconds] of [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const amount = Math.floor(rest / seconds);
    rest -= amount * seconds;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.slice(0, 2).join("") || "0s";
}

/** Config value: a duration string; milliseconds after parsing. */
export const duration = textOr(noDuration).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: "custom", message: noDuration(text) });
  return z.NEVER;
});

function noDuration(given: unknown): string {
  return `${JSON.stringify(given)} is no duration: write for example 30s, 5m, 24h or 400d`;
}

const unitBytes = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
} as const;

/** Config value: a size such as `64MB` or `1MiB`; bytes after parsing. */
export const byteSize = textOr(noSize).transform((text, context) => {
  const match = /^(\d+) ?(B|KB|MB|GB|KiB|MiB|GiB)$/.exec(text);
  if (match) return Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes];
  context.addIssue({ code: "custom", message: noSize(text) });
  return z.NEVER;
});

function noSize(given: unknown): string {
  return `${JSON.stringify(given)} is no size: write for example 64MB or 1MiB`;
}

/** A text, and for a bare number the words that any other mistake gets: its unit is missing. */
function textOr(words: (given: unknown) => string) {
  return z.string({ error: ({ input }) => (input === undefined ? undefined : words(input)) });
}
