export type RisonValue =
  | string
  | number
  | boolean
  | null
  | readonly RisonValue[]
  | { readonly [key: string]: RisonValue | undefined };

/** `value` in Rison, the notation in which Kibana keeps its state in a page's address; not yet percent-encoded. */
export function rison(value: RisonValue): string {
  if (value === null) return "!n";
  if (value === true) return "!t";
  if (value === false) return "!f";
  if (typeof value === "number") return Number.isFinite(value) ? numeral(value) : "!n";
  if (typeof value === "string") return text(value);
  // `Array.isArray` does not narrow a readonly array away from the object below.
  if (Array.isArray(value)) return `!(${(value as readonly RisonValue[]).map(rison).join(",")})`;
  const entries = Object.entries(value as Readonly<Record<string, RisonValue | undefined>>);
  const written = entries.flatMap(([key, inner]) =>
    inner === undefined ? [] : [`${text(key)}:${rison(inner)}`],
  );
  return `(${written.join(",")})`;
}

/** Rison knows no `+` in exponents. */
function numeral(value: number): string {
  return String(value).replace("+", "");
}

/** A word where it cannot be taken for anything else, else quoted. */
function text(value: string): string {
  if (/^[a-z_./~][\w./~-]*$/i.test(value)) return value;
  return `'${value.replace(/['!]/g, "!$&")}'`;
}
