import type { Bucket, Metric, Panel } from "./board.ts";
import { fields } from "./fields.ts";
import type { Reference } from "./saved-object.ts";

const layerId = "l1";

type Column = Readonly<Record<string, unknown>>;
type LensPanel = Exclude<Panel, { type: "search" }>;

interface Layer {
  columns: Record<string, Column>;
  /** Buckets first; in a time series the split stands before the dates, or each date would get its own top list. */
  order: readonly string[];
  visualizationType: string;
  visualization: Readonly<Record<string, unknown>>;
}

/** `embeddableConfig.attributes` of a Lens panel, with its references. */
export function lensAttributes(panel: LensPanel, dataView: string): Column {
  const layer = layerOf(panel);
  const reference: Reference = {
    type: "index-pattern",
    id: dataView,
    name: `indexpattern-datasource-layer-${layerId}`,
  };
  return {
    title: "",
    description: "",
    type: "lens",
    visualizationType: layer.visualizationType,
    state: {
      visualization: layer.visualization,
      query: kuery(panel.query ?? ""),
      filters: [],
      datasourceStates: {
        formBased: {
          layers: {
            [layerId]: {
              columnOrder: layer.order,
              columns: layer.columns,
              incompleteColumns: {},
              ignoreGlobalFilters: false,
              sampling: 1,
            },
          },
        },
      },
      internalReferences: [],
      adHocDataViews: {},
    },
    references: [reference],
  };
}

/** KQL as saved objects hold it. */
export function kuery(query: string): { language: "kuery"; query: string } {
  return { language: "kuery", query };
}

function layerOf(panel: LensPanel): Layer {
  const common = { layerId, layerType: "data" };
  switch (panel.type) {
    case "metric":
      return {
        // A zero is an answer here: shown as 0, not as "N/A".
        columns: { value: metricColumn(panel.value, false) },
        order: ["value"],
        visualizationType: "lnsMetric",
        visualization: { ...common, metricAccessor: "value" },
      };
    case "series":
      return {
        columns: {
          ...(panel.split ? { split: bucketColumn(panel.split, "value") } : {}),
          time: dateColumn,
          value: metricColumn(panel.value),
        },
        order: [...(panel.split ? ["split"] : []), "time", "value"],
        visualizationType: "lnsXY",
        visualization: {
          legend: { isVisible: panel.split !== undefined, position: "right" },
          valueLabels: "hide",
          fittingFunction: "None",
          preferredSeriesType: panel.shape ?? "bar_stacked",
          layers: [
            {
              ...common,
              seriesType: panel.shape ?? "bar_stacked",
              xAccessor: "time",
              ...(panel.split ? { splitAccessor: "split" } : {}),
              accessors: ["value"],
            },
          ],
        },
      };
    case "table": {
      const rows = panel.rows.map((row, i) => [`row${i}`, bucketColumn(row, "value0")] as const);
      const values = panel.values.map((value, i) => [`value${i}`, metricColumn(value)] as const);
      const order = [...rows, ...values].map(([id]) => id);
      return {
        columns: Object.fromEntries([...rows, ...values]),
        order,
        visualizationType: "lnsDatatable",
        visualization: {
          ...common,
          columns: order.map((columnId) => ({ columnId, isTransposed: false })),
          paging: { enabled: true, size: 10 },
          sorting: { columnId: "value0", direction: "desc" },
        },
      };
    }
    case "donut":
      return {
        columns: { slice: bucketColumn(panel.slices, "value"), value: metricColumn(panel.value) },
        order: ["slice", "value"],
        visualizationType: "lnsPie",
        visualization: {
          shape: "donut",
          layers: [
            {
              ...common,
              primaryGroups: ["slice"],
              metrics: ["value"],
              numberDisplay: "percent",
              categoryDisplay: "default",
              legendDisplay: "default",
              nestedLegend: false,
            },
          ],
        },
      };
    case "heatmap":
      return {
        columns: {
          time: dateColumn,
          row: bucketColumn(panel.rows, "value"),
          value: metricColumn(panel.value),
        },
        order: ["time", "row", "value"],
        visualizationType: "lnsHeatmap",
        visualization: {
          ...common,
          shape: "heatmap",
          xAccessor: "time",
          yAccessor: "row",
          valueAccessor: "value",
          legend: { isVisible: true, position: "right", type: "heatmap_legend" },
          gridConfig: {
            type: "heatmap_grid",
            isCellLabelVisible: false,
            isYAxisLabelVisible: true,
            isYAxisTitleVisible: false,
            isXAxisLabelVisible: true,
            isXAxisTitleVisible: false,
          },
        },
      };
  }
}

const dateColumn: Column = {
  label: "@timestamp",
  dataType: "date",
  isBucketed: true,
  operationType: "date_histogram",
  scale: "interval",
  sourceField: "@timestamp",
  params: { interval: "auto", includeEmptyRows: true, dropPartials: false },
};

function metricColumn(metric: Metric, emptyAsNull = true): Column {
  const isDate = metric.field !== undefined && fields[metric.field].type === "date";
  const isCount = ["count", "sum", "unique_count"].includes(metric.operation);
  const params = {
    ...(isCount ? { emptyAsNull } : {}),
    ...(metric.percentile === undefined ? {} : { percentile: metric.percentile }),
  };
  return {
    label: metric.label,
    customLabel: true,
    dataType: isDate && metric.operation === "max" ? "date" : "number",
    isBucketed: false,
    operationType: metric.operation,
    scale: "ratio",
    sourceField: metric.field ?? "___records___",
    ...(metric.query ? { filter: kuery(metric.query) } : {}),
    ...(metric.perMinute ? { timeScale: "m" } : {}),
    params,
  };
}

function bucketColumn(bucket: Bucket, orderBy: string): Column {
  const common = { label: bucket.label, customLabel: true, isBucketed: true, scale: "ordinal" };
  if (bucket.kind === "filters") {
    return {
      ...common,
      dataType: "string",
      operationType: "filters",
      params: {
        filters: bucket.filters.map(({ label, query }) => ({ input: kuery(query), label })),
      },
    };
  }
  return {
    ...common,
    dataType: fields[bucket.field].type,
    operationType: "terms",
    sourceField: bucket.field,
    params: {
      size: bucket.size,
      orderBy: { type: "column", columnId: orderBy },
      orderDirection: "desc",
      otherBucket: false,
      missingBucket: false,
      parentFormat: { id: "terms" },
      include: [],
      exclude: [],
      includeIsRegex: false,
      excludeIsRegex: false,
    },
  };
}
