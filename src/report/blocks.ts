import type { Scene } from "../lib/chart.ts";
import type { Verdict } from "./model.ts";

/** A piece of the report's text, the same for PDF and HTML. All of it may hold log text. */
export type Block =
  | Heading
  | { readonly kind: "paragraph"; readonly text: string; readonly tone?: "muted" | "strong" }
  | Link
  | { readonly kind: "list"; readonly items: readonly string[]; readonly ordered?: boolean }
  | { readonly kind: "log"; readonly lines: readonly string[] }
  | { readonly kind: "tiles"; readonly tiles: readonly Tile[] }
  | { readonly kind: "charts"; readonly charts: readonly Chart[] }
  | Table
  | { readonly kind: "signature"; readonly lines: readonly string[] }
  | { readonly kind: "page" };

export interface Heading {
  readonly kind: "heading";
  readonly level: 2 | 3;
  readonly text: string;
  /** All up to the next heading stands on one page, where it fits on one. */
  readonly together?: boolean;
}

/** A line that leads to a page of more. */
export interface Link {
  readonly kind: "link";
  readonly text: string;
  readonly url: string;
}

export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

/** One chart takes the whole width, two stand side by side. */
export interface Chart {
  readonly title: string;
  readonly scene: Scene;
}

export interface Table {
  readonly kind: "table";
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Where the first cell of each row leads to; null or nothing: nowhere. */
  readonly links: readonly (string | null)[];
  /** Said in place of an empty table. */
  readonly empty: string;
}

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Share of the width; 1 where left out. */
  readonly weight?: number;
}

/** What stands at the top of page 1. */
export interface Title {
  readonly title: string;
  readonly subtitle: string;
  /** Said in words beside the title while the week is running. */
  readonly soFar: string | undefined;
  readonly verdict: Verdict;
  readonly reason: string;
}

export function heading(text: string, level: 2 | 3 = 2): Block {
  return { kind: "heading", level, text };
}

export function paragraph(text: string, tone?: "muted" | "strong"): Block {
  return { kind: "paragraph", text, ...(tone && { tone }) };
}

export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  empty = "None.",
  links: readonly (string | null)[] = [],
): Table {
  return { kind: "table", columns, rows, empty, links };
}

/** A link in a list of blocks; nothing where there is no address. */
export function link(text: string, url: string | null | undefined): Block[] {
  return url ? [{ kind: "link", text, url }] : [];
}

/** Columns from their titles: `Count>` is right-aligned, `Title*3` three times as wide as others. */
export function columns(...titles: readonly string[]): Column[] {
  return titles.map((title) => {
    const match = /^(.*?)(?:\*([\d.]+))?(>)?$/.exec(title);
    return {
      title: match?.[1] ?? title,
      weight: Number(match?.[2] ?? 1),
      ...(match?.[3] && { align: "right" as const }),
    };
  });
}
