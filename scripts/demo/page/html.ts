import { visible } from "../../../src/lib/visible.ts";

/** Text that is HTML already. */
export interface Html {
  readonly markup: string;
}

type Value = Html | string | number | undefined | readonly Value[];

/** HTML with every value escaped that is not HTML itself; lists are joined, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const markup = strings.map((part, i) => part + markupOf(values[i])).join("");
  return { markup };
}

/** Markup that is known to be safe, such as our own SVG. */
export function trusted(markup: string): Html {
  return { markup };
}

function markupOf(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "number") return value.toLocaleString("en-GB");
  if (typeof value === "string") return escape(visible(value));
  if ("markup" in value) return value.markup;
  return value.map(markupOf).join("");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
