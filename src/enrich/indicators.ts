import ipaddr from "ipaddr.js";

/** One value of a list of known-bad ones. */
export interface Indicator {
  value: string;
  /** ECS threat.indicator.type. */
  type: string;
  /** Who says so, where the list has that column. */
  source?: string;
  /** Epoch milliseconds after which it holds no longer. */
  until?: number;
}

/** Lists as one: asked by a value, or by an address that may lie in a listed block. */
export interface IndicatorIndex {
  /** Number of indicators in it. */
  readonly size: number;
  find(value: string, at: number): Indicator | undefined;
  findAddress(ip: string, at: number): Indicator | undefined;
}

/**
 * Reads a list: one value or CIDR a line with `#` comments, or CSV `type,value,source,until` whose first line names
 * the columns.
 */
export function readIndicators(text: string): Indicator[] {
  const rows = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  const header = rows[0]?.map((name) => name.toLowerCase()) ?? [];
  const valueAt = header.indexOf("value");
  if (valueAt < 0) return rows.map(([value = ""]) => ({ value, type: typeOf(value) }));
  const column = (row: readonly string[], name: string) => row[header.indexOf(name)] ?? "";
  return rows.slice(1).flatMap((row) => {
    const value = row[valueAt] ?? "";
    const until = Date.parse(column(row, "until"));
    const source = column(row, "source");
    if (value === "") return [];
    return [
      {
        value,
        type: typeOf(value),
        ...(source !== "" && { source }),
        ...(!Number.isNaN(until) && { until }),
      },
    ];
  });
}

function typeOf(value: string): string {
  const address = value.split("/")[0] ?? value;
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return "ipv4-addr";
  if (ipaddr.IPv6.isValid(address)) return "ipv6-addr";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return "url";
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(value) ? "domain-name" : "user-account";
}

/** Makes lists searchable: blocks by their prefix length, so that a look-up costs one step for each length in use. */
export function indexIndicators(indicators: readonly Indicator[]): IndicatorIndex {
  const values = new Map<string, Indicator>();
  const blocks = new Map<number, Map<string, Indicator>>();
  for (const indicator of indicators) {
    const block = blockOf(indicator.value);
    if (!block) {
      values.set(indicator.value.toLowerCase(), indicator);
      continue;
    }
    const length = block.bits;
    const ofLength = blocks.get(length) ?? new Map<string, Indicator>();
    ofLength.set(prefixKey(block.bytes, length), indicator);
    blocks.set(length, ofLength);
  }
  const holds = (indicator: Indicator | undefined, at: number) =>
    indicator && (indicator.until === undefined || at < indicator.until) ? indicator : undefined;
  return {
    size: indicators.length,
    find: (value, at) => holds(values.get(value.toLowerCase()), at),
    findAddress(ip, at) {
      const exact = holds(values.get(ip.toLowerCase()), at);
      if (exact) return exact;
      if (blocks.size === 0 || !ipaddr.isValid(ip)) return undefined;
      const bytes = ipaddr.parse(ip).toByteArray();
      for (const [length, ofLength] of blocks) {
        const found = holds(ofLength.get(prefixKey(bytes, length)), at);
        if (found) return found;
      }
      return undefined;
    },
  };
}

/** Addresses are blocks of one, so that every spelling of an IPv6 address is found. */
function blockOf(value: string): { bytes: number[]; bits: number } | undefined {
  const [address = "", length] = value.split("/");
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address))
    return undefined;
  const bytes = ipaddr.parse(address).toByteArray();
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  return Number.isInteger(bits) && bits >= 0 && bits <= bytes.length * 8
    ? { bytes, bits }
    : undefined;
}

function prefixKey(bytes: readonly number[], bits: number): string {
  const whole = bits >> 3;
  const rest = bits & 7;
  const prefix = bytes.slice(0, whole);
  if (rest > 0) prefix.push((bytes[whole] ?? 0) & (0xff << (8 - rest)));
  return `${bytes.length}:${prefix.join(".")}`;
}
