import type { Alert } from "../model/alert.ts";
import { keyOf } from "./bundle.ts";
import type { KibanaOptions } from "./options.ts";
import { rison, type RisonValue } from "./rison.ts";

/** The dashboards that `setup` installs. */
export const boardIds = [
  "leafwatch-overview",
  "leafwatch-logins",
  "leafwatch-web",
  "leafwatch-windows",
  "leafwatch-alerts",
  "leafwatch-pipeline",
] as const;

export type BoardId = (typeof boardIds)[number];

/** What a link shows. */
export interface View {
  from: Date;
  to: Date;
  /** Field to the value, or the values of which one must hold. Log text is welcome: it becomes no query. */
  filters?: Readonly<Record<string, FilterValue | readonly FilterValue[]>>;
  /** One more filter, as Elasticsearch's query with a name that people read in its place. */
  query?: { name: string; dsl: RisonValue };
}

export type FilterValue = string | number | boolean;

/** Addresses of pages of Kibana, for mails and reports: safe in HTML attributes and in plain text as they are. */
export interface KibanaLinks {
  /** The events themselves. */
  discover(view: View): string;
  /** A dashboard with filter and time filled in. */
  dashboard(board: BoardId, view: View): string;
  /**
   * An alert's events on the dashboard that is about them (which, its evidence says; else the overview): its group's
   * fields as filters, its time with the rule's window around it.
   */
  alert(alert: LinkedAlert): string;
  /** The same events one by one in Discover; `query` says which of the group's the rule counts, where that is known. */
  events(alert: LinkedAlert, query?: View["query"]): string;
}

/** Mail programs and chat services break or refuse longer ones. */
const longestExact = 2000;

/** What of an alert says where it is seen. */
export type LinkedAlert = Pick<Alert, "group" | "first_seen" | "last_seen" | "within"> & {
  readonly evidence?: Alert["evidence"];
};

/** `ids` has the ids in the space by ours (`installedIds` of the record); where silent they are the same. */
export function createKibanaLinks(
  options: Pick<KibanaOptions, "url" | "public_url" | "space">,
  ids: ReadonlyMap<string, string> = new Map(),
): KibanaLinks {
  const base = new URL(options.public_url ?? options.url);
  const space = options.space === "default" ? "" : `/s/${options.space}`;
  const root = `${base.origin}${base.pathname.replace(/\/+$/, "")}${space}/app`;
  const idOf = (type: string, id: string) => ids.get(keyOf({ type, id })) ?? id;
  const logs = idOf("index-pattern", "leafwatch-logs");

  const links: KibanaLinks = {
    discover(view) {
      const state = {
        columns: ["host.name", "event.dataset", "source.ip", "user.name", "message"],
        filters: filtersOf(view, logs),
        // Discover reads the view from here up to 8.14 and still takes it from here since.
        index: logs,
        query: { language: "kuery", query: "" },
        sort: [["@timestamp", "desc"]],
      };
      return `${root}/discover#/?_g=${encode(timeOf(view))}&_a=${encode(state)}`;
    },
    dashboard(board, view) {
      const alerts = idOf("index-pattern", "leafwatch-alerts");
      const state = {
        filters: filtersOf(view, board === "leafwatch-alerts" ? alerts : logs),
        query: { language: "kuery", query: "" },
      };
      const id = encodeURIComponent(idOf("dashboard", board));
      return `${root}/dashboards#/view/${id}?_g=${encode(timeOf(view))}&_a=${encode(state)}`;
    },
    alert: (alert) => links.dashboard(boardOf(alert.evidence), viewOf(alert)),
    events(alert, query) {
      const view = viewOf(alert);
      const exact = query && links.discover({ ...view, query });
      return exact !== undefined && exact.length <= longestExact ? exact : links.discover(view);
    },
  };
  return links;
}

/** Datasets, or the modules they begin with, by the dashboard that is about them. */
const boardsOf: readonly [datasets: RegExp, board: BoardId][] = [
  [/^(apache|nginx|iis)\./, "leafwatch-web"],
  [/^windows\./, "leafwatch-windows"],
  [/^(system\.auth|auditd)$/, "leafwatch-logins"],
  [/^leafwatch\./, "leafwatch-pipeline"],
];

/** The dashboard on which all of the evidence is seen. */
function boardOf(evidence: Alert["evidence"] | undefined): BoardId {
  const boards = (evidence?.lines ?? []).map(({ index }) => {
    // A backing index: `.ds-logs-<dataset>-<namespace>-<date>-<generation>`; a dataset has no hyphen.
    const dataset = /(?:^|-)logs-([^-]+)-/.exec(index)?.[1] ?? "";
    return boardsOf.find(([datasets]) => datasets.test(dataset))?.[1];
  });
  const [board] = boards;
  return board && boards.every((one) => one === board) ? board : "leafwatch-overview";
}

/** What is to be seen of an alert. */
function viewOf({ group, first_seen, last_seen, within }: LinkedAlert): View {
  const marginMs = Math.max(within, 60_000);
  return {
    from: new Date(Date.parse(first_seen) - marginMs),
    to: new Date(Date.parse(last_seen) + marginMs),
    filters: group,
  };
}

function timeOf({ from, to }: View): RisonValue {
  return { time: { from: from.toISOString(), to: to.toISOString() } };
}

function filtersOf({ filters = {}, query }: View, index: string): RisonValue[] {
  const phrases = Object.entries(filters).map(([key, value]): RisonValue => {
    const meta = { alias: null, disabled: false, index, key, negate: false };
    const state = { $state: { store: "appState" } };
    if (typeof value === "object") {
      const should = value.map((one) => ({ match_phrase: { [key]: one } }));
      return {
        ...state,
        meta: { ...meta, type: "phrases", params: value },
        query: { bool: { minimum_should_match: 1, should } },
      };
    }
    return {
      ...state,
      meta: { ...meta, type: "phrase", params: { query: value } },
      query: { match_phrase: { [key]: value } },
    };
  });
  if (!query) return phrases;
  const { name, dsl } = query;
  const meta = { alias: name, disabled: false, index, key: "query", negate: false, type: "custom" };
  return [...phrases, { $state: { store: "appState" }, meta, query: dsl }];
}

/**
 * Percent-encodes all but letters, digits and `-._~`: `encodeURIComponent` leaves `'()!*`, of which a mail program
 * would cut some off the end of an address. A lone surrogate, which it refuses, becomes U+FFFD.
 */
function encode(state: RisonValue): string {
  return encodeURIComponent(rison(state).replace(loneSurrogate, "\ufffd")).replace(
    /['()!*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
