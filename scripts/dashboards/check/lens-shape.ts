import { z } from "zod";

/* Lens panels: the visualisations and operations that were seen to import and render, and no others. */

const query = z.strictObject({ language: z.literal("kuery"), query: z.string() });
const format = {
  label: z.string().min(1),
  customLabel: z.literal(true).optional(),
};
const bucket = { ...format, isBucketed: z.literal(true) };
const metric = {
  ...format,
  isBucketed: z.literal(false),
  dataType: z.enum(["number", "date"]),
  scale: z.literal("ratio"),
  filter: query.optional(),
  timeScale: z.literal("m").optional(),
};
const emptyAsNull = z.strictObject({ emptyAsNull: z.boolean() });

const column = z.discriminatedUnion("operationType", [
  z.strictObject({
    ...metric,
    operationType: z.literal("count"),
    sourceField: z.literal("___records___"),
    params: emptyAsNull,
  }),
  z.strictObject({
    ...metric,
    operationType: z.enum(["sum", "unique_count"]),
    sourceField: z.string(),
    params: emptyAsNull,
  }),
  z.strictObject({
    ...metric,
    operationType: z.enum(["max", "median"]),
    sourceField: z.string(),
    params: z.strictObject({}),
  }),
  z.strictObject({
    ...metric,
    operationType: z.literal("percentile"),
    sourceField: z.string(),
    params: z.strictObject({ percentile: z.number().gt(0).lt(100) }),
  }),
  z.strictObject({
    ...bucket,
    operationType: z.literal("date_histogram"),
    dataType: z.literal("date"),
    scale: z.literal("interval"),
    sourceField: z.literal("@timestamp"),
    params: z.strictObject({
      interval: z.literal("auto"),
      includeEmptyRows: z.boolean(),
      dropPartials: z.boolean(),
    }),
  }),
  z.strictObject({
    ...bucket,
    operationType: z.literal("terms"),
    dataType: z.enum(["string", "ip", "number"]),
    scale: z.literal("ordinal"),
    sourceField: z.string(),
    params: z.strictObject({
      size: z.int().min(1).max(1000),
      orderBy: z.strictObject({ type: z.literal("column"), columnId: z.string() }),
      orderDirection: z.enum(["asc", "desc"]),
      otherBucket: z.literal(false),
      missingBucket: z.literal(false),
      parentFormat: z.strictObject({ id: z.literal("terms") }),
      include: z.array(z.never()),
      exclude: z.array(z.never()),
      includeIsRegex: z.literal(false),
      excludeIsRegex: z.literal(false),
    }),
  }),
  z.strictObject({
    ...bucket,
    operationType: z.literal("filters"),
    dataType: z.literal("string"),
    scale: z.literal("ordinal"),
    params: z.strictObject({
      filters: z.array(z.strictObject({ input: query, label: z.string().min(1) })).min(2),
    }),
  }),
]);

const layerHead = { layerId: z.literal("l1"), layerType: z.literal("data") };
const seriesType = z.enum(["bar_stacked", "bar_percentage_stacked", "line", "area_stacked"]);

const visualizations = {
  lnsMetric: z.strictObject({ ...layerHead, metricAccessor: z.string() }),
  lnsXY: z.strictObject({
    legend: z.strictObject({ isVisible: z.boolean(), position: z.literal("right") }),
    valueLabels: z.literal("hide"),
    fittingFunction: z.literal("None"),
    preferredSeriesType: seriesType,
    layers: z.tuple([
      z.strictObject({
        ...layerHead,
        seriesType,
        xAccessor: z.string(),
        splitAccessor: z.string().optional(),
        accessors: z.array(z.string()).min(1),
      }),
    ]),
  }),
  lnsDatatable: z.strictObject({
    ...layerHead,
    columns: z.array(z.strictObject({ columnId: z.string(), isTransposed: z.literal(false) })),
    paging: z.strictObject({ enabled: z.boolean(), size: z.int() }),
    sorting: z.strictObject({ columnId: z.string(), direction: z.enum(["asc", "desc"]) }),
  }),
  lnsPie: z.strictObject({
    shape: z.enum(["donut", "pie"]),
    layers: z.tuple([
      z.strictObject({
        ...layerHead,
        primaryGroups: z.array(z.string()).min(1),
        metrics: z.array(z.string()).length(1),
        numberDisplay: z.literal("percent"),
        categoryDisplay: z.literal("default"),
        legendDisplay: z.literal("default"),
        nestedLegend: z.boolean(),
      }),
    ]),
  }),
  lnsHeatmap: z.strictObject({
    ...layerHead,
    shape: z.literal("heatmap"),
    xAccessor: z.string(),
    yAccessor: z.string(),
    valueAccessor: z.string(),
    legend: z.strictObject({
      isVisible: z.boolean(),
      position: z.literal("right"),
      type: z.literal("heatmap_legend"),
    }),
    gridConfig: z.looseObject({ type: z.literal("heatmap_grid") }),
  }),
} as const;

function attributes<Type extends keyof typeof visualizations>(type: Type) {
  return z.strictObject({
    title: z.literal(""),
    description: z.literal(""),
    type: z.literal("lens"),
    visualizationType: z.literal(type),
    state: z.strictObject({
      visualization: visualizations[type],
      query,
      filters: z.array(z.never()),
      datasourceStates: z.strictObject({
        formBased: z.strictObject({
          layers: z.strictObject({
            l1: z.strictObject({
              columnOrder: z.array(z.string()).min(1),
              columns: z.record(z.string(), column),
              incompleteColumns: z.strictObject({}),
              ignoreGlobalFilters: z.literal(false),
              sampling: z.literal(1),
            }),
          }),
        }),
      }),
      internalReferences: z.array(z.never()),
      adHocDataViews: z.strictObject({}),
    }),
    references: z.tuple([
      z.strictObject({
        type: z.literal("index-pattern"),
        id: z.string(),
        name: z.literal("indexpattern-datasource-layer-l1"),
      }),
    ]),
  });
}

const drilldown = z.strictObject({
  eventId: z.uuid(),
  triggers: z.tuple([z.literal("FILTER_TRIGGER")]),
  action: z.strictObject({
    factoryId: z.literal("DASHBOARD_TO_DASHBOARD_DRILLDOWN"),
    name: z.string().min(1),
    config: z.strictObject({
      useCurrentFilters: z.boolean(),
      useCurrentDateRange: z.boolean(),
      openInNewTab: z.boolean(),
    }),
  }),
});

/** A Lens panel as it stands in a dashboard. */
export const lensPanel = z.strictObject({
  type: z.literal("lens"),
  gridData: z.unknown(),
  panelIndex: z.string(),
  title: z.string().min(1),
  embeddableConfig: z.strictObject({
    enhancements: z.strictObject({
      dynamicActions: z.strictObject({ events: z.array(drilldown).min(1) }).optional(),
    }),
    attributes: z.discriminatedUnion("visualizationType", [
      attributes("lnsMetric"),
      attributes("lnsXY"),
      attributes("lnsDatatable"),
      attributes("lnsPie"),
      attributes("lnsHeatmap"),
    ]),
    title: z.string().min(1),
    hidePanelTitles: z.literal(false),
  }),
});

export type LensPanel = z.output<typeof lensPanel>;
export type LensAttributes = LensPanel["embeddableConfig"]["attributes"];
export type LensLayer = LensAttributes["state"]["datasourceStates"]["formBased"]["layers"]["l1"];
export type LensColumn = z.output<typeof column>;
