import type { FieldName } from "./fields.ts";

/** The data views that we install, by id. */
export type DataViewId = "leafwatch-logs" | "leafwatch-alerts";

/** A number of a panel: what is counted or summed, of the events that `query` (KQL) leaves. */
export interface Metric {
  kind: "metric";
  label: string;
  operation: "count" | "sum" | "unique_count" | "max" | "median" | "percentile";
  /** Absent for `count` only. */
  field?: FieldName;
  query?: string;
  percentile?: number;
  /** Shown for each minute whatever the width of a bar. */
  perMinute?: boolean;
}

/** What a panel's numbers are split by. */
export type Bucket =
  | { kind: "terms"; label: string; field: FieldName; size: number }
  | {
      kind: "filters";
      label: string;
      filters: readonly { label: string; query: string }[];
    };

interface PanelBase {
  title: string;
  /** KQL that holds for the whole panel. */
  query?: string;
  dataView?: DataViewId;
  /** Columns of the 48; where left out, the panels of a row share what is left. */
  width?: number;
}

/** One panel of a dashboard. Its place follows from the row it stands in. */
export type Panel = PanelBase &
  (
    | { type: "metric"; value: Metric }
    | {
        type: "series";
        value: Metric;
        /** Without it, one series. */
        split?: Bucket;
        shape?: "bar_stacked" | "bar_percentage_stacked" | "line" | "area_stacked";
      }
    | {
        type: "table";
        rows: readonly Bucket[];
        values: readonly Metric[];
        /** The board that a click on a row leads to, with the row as a filter. */
        drilldown?: { board: string; name: string };
      }
    | { type: "donut"; slices: Bucket; value: Metric }
    | { type: "heatmap"; rows: Bucket; value: Metric }
    | { type: "search"; search: string }
  );

/** One dashboard: a page of panels about one question. */
export interface Board {
  /** `leafwatch-<name>`; links of mails and reports name it, so it never changes. */
  id: string;
  /** Without the prefix `[Leafwatch]`. */
  title: string;
  description: string;
  timeFrom: string;
  /** Which view the controls read from. */
  dataView: DataViewId;
  controls: readonly FieldName[];
  /** Top to bottom; the panels of a row stand side by side. */
  rows: readonly (readonly Panel[])[];
}

/** A saved search: a list of documents with the columns that matter. */
export interface SavedSearch {
  id: string;
  title: string;
  description: string;
  dataView: DataViewId;
  query: string;
  columns: readonly FieldName[];
}
