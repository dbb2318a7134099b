import { z } from "zod";
import { migrationVersions } from "../saved-object.ts";
import { lensPanel } from "./lens-shape.ts";

/* What an object of ours looks like, to the last key: Kibana's import takes nearly everything, its pages do not. */

const query = z.strictObject({ language: z.literal("kuery"), query: z.string() });
const reference = z.strictObject({
  type: z.string(),
  id: z.string().min(1),
  name: z.string().min(1),
});

/** A field whose value is JSON in a string. */
function json<S extends z.ZodType>(schema: S) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "no JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const linksPanel = z.strictObject({
  type: z.literal("links"),
  gridData: z.unknown(),
  panelIndex: z.string(),
  title: z.literal(""),
  embeddableConfig: z.strictObject({
    enhancements: z.strictObject({}),
    hidePanelTitles: z.literal(true),
    attributes: z.strictObject({
      layout: z.literal("horizontal"),
      links: z.array(
        z.strictObject({
          id: z.uuid(),
          order: z.int(),
          type: z.literal("dashboardLink"),
          label: z.string().min(1),
          destinationRefName: z.string(),
          options: z.strictObject({
            openInNewTab: z.boolean(),
            useCurrentDateRange: z.boolean(),
            useCurrentFilters: z.boolean(),
          }),
        }),
      ),
    }),
  }),
});

const searchPanel = z.strictObject({
  type: z.literal("search"),
  gridData: z.unknown(),
  panelIndex: z.string(),
  title: z.string().min(1),
  embeddableConfig: z.strictObject({ enhancements: z.strictObject({}), title: z.string().min(1) }),
  panelRefName: z.string(),
});

const gridData = z.strictObject({
  x: z.int(),
  y: z.int(),
  w: z.int(),
  h: z.int(),
  i: z.string(),
});

const panel = z
  .discriminatedUnion("type", [linksPanel, searchPanel, lensPanel])
  .and(z.looseObject({ gridData, panelIndex: z.uuid() }));

const control = z.strictObject({
  type: z.literal("optionsListControl"),
  order: z.int(),
  width: z.enum(["small", "medium", "large"]),
  grow: z.boolean(),
  explicitInput: z.strictObject({
    id: z.uuid(),
    fieldName: z.string(),
    title: z.string().min(1),
    searchTechnique: z.enum(["prefix", "wildcard", "exact"]),
    selectedOptions: z.array(z.string()).length(0),
    sort: z.strictObject({ by: z.enum(["_count", "_key"]), direction: z.enum(["asc", "desc"]) }),
    enhancements: z.strictObject({}),
  }),
});

const dashboard = z.strictObject({
  title: z.string().startsWith("[Leafwatch] "),
  description: z.string().min(1),
  timeRestore: z.literal(true),
  timeFrom: z.string().regex(/^now-\d+[hd]$/),
  timeTo: z.literal("now"),
  refreshInterval: z.strictObject({ pause: z.boolean(), value: z.int() }),
  optionsJSON: json(
    z.strictObject({
      useMargins: z.boolean(),
      syncColors: z.boolean(),
      syncCursor: z.literal(true),
      syncTooltips: z.boolean(),
      hidePanelTitles: z.boolean(),
    }),
  ),
  panelsJSON: json(z.array(panel)),
  kibanaSavedObjectMeta: z.strictObject({
    searchSourceJSON: json(z.strictObject({ query, filter: z.array(z.never()) })),
  }),
  controlGroupInput: z.strictObject({
    chainingSystem: z.enum(["HIERARCHICAL", "NONE"]),
    controlStyle: z.enum(["oneLine", "twoLine"]),
    ignoreParentSettingsJSON: json(
      z.strictObject({
        ignoreFilters: z.boolean(),
        ignoreQuery: z.boolean(),
        ignoreTimerange: z.boolean(),
        ignoreValidations: z.boolean(),
      }),
    ),
    panelsJSON: json(z.record(z.uuid(), control)),
  }),
});

const search = z.strictObject({
  title: z.string().startsWith("[Leafwatch] "),
  description: z.string().min(1),
  columns: z.array(z.string()).min(1),
  sort: z.tuple([z.tuple([z.literal("@timestamp"), z.literal("desc")])]),
  grid: z.strictObject({}),
  hideChart: z.boolean(),
  isTextBasedQuery: z.literal(false),
  timeRestore: z.literal(false),
  kibanaSavedObjectMeta: z.strictObject({
    searchSourceJSON: json(
      z.strictObject({
        highlightAll: z.boolean(),
        version: z.boolean(),
        query,
        filter: z.array(z.never()),
        indexRefName: z.string(),
      }),
    ),
  }),
});

const dataView = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  timeFieldName: z.literal("@timestamp"),
  allowNoIndex: z.literal(true),
  fieldFormatMap: json(z.record(z.string(), z.looseObject({ id: z.string() }))),
  fieldAttrs: json(z.record(z.string(), z.strictObject({ customLabel: z.string() }))),
});

const tag = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  color: z.string().regex(/^#[0-9a-f]{6}$/i),
});

function envelope<Type extends keyof typeof attributes>(type: Type) {
  return z.strictObject({
    type: z.literal(type),
    id: z.string().regex(/^leafwatch-[a-z-]+$/),
    attributes: attributes[type],
    references: z.array(reference),
    coreMigrationVersion: z.literal(migrationVersions.core),
    typeMigrationVersion: z.literal(migrationVersions[type]),
    managed: z.literal(false),
  });
}

const attributes = { dashboard, search, "index-pattern": dataView, tag } as const;

/** A line of a bundle, with the JSON in its strings unpacked. */
export const bundleObject = z.discriminatedUnion("type", [
  envelope("dashboard"),
  envelope("search"),
  envelope("index-pattern"),
  envelope("tag"),
]);

export type BundleObject = z.output<typeof bundleObject>;
export type DashboardObject = Extract<BundleObject, { type: "dashboard" }>;
export type DashboardPanel = DashboardObject["attributes"]["panelsJSON"][number];
