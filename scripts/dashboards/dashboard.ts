import type { Board, Panel } from "./board.ts";
import { fields } from "./fields.ts";
import { gridColumns, placePanels, type Place } from "./grid.ts";
import { uuidOf } from "./ids.ts";
import { kuery, lensAttributes } from "./lens.ts";
import { savedObject, tagReference, type Reference, type SavedObject } from "./saved-object.ts";

interface Built {
  panel: Readonly<Record<string, unknown>>;
  /** Names without the panel's prefix. */
  references: readonly Reference[];
}

const linksHeight = 3;
const here = { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: true };

/** The dashboard that a board describes; `boards` are those its first row links to. */
export function dashboard(board: Board, boards: readonly Board[]): SavedObject {
  const built = [
    linksPanel(board, boards),
    ...placePanels(board.rows, linksHeight).map(({ panel, place }) =>
      buildPanel(board, panel, place),
    ),
  ];
  const controls = board.controls.map((field) => ({
    field,
    id: uuidOf(`${board.id}/control/${field}`),
  }));
  return savedObject(
    "dashboard",
    board.id,
    {
      title: `[Leafwatch] ${board.title}`,
      description: board.description,
      timeRestore: true,
      timeFrom: board.timeFrom,
      timeTo: "now",
      refreshInterval: { pause: true, value: 60_000 },
      optionsJSON: JSON.stringify({
        useMargins: true,
        syncColors: false,
        syncCursor: true,
        syncTooltips: false,
        hidePanelTitles: false,
      }),
      panelsJSON: JSON.stringify(built.map(({ panel }) => panel)),
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: kuery(""), filter: [] }),
      },
      controlGroupInput: controlGroup(controls),
    },
    [
      ...built.flatMap(({ references }) => references),
      ...controls.map(({ id }) => ({
        type: "index-pattern",
        id: board.dataView,
        name: `controlGroup_${id}:optionsListDataView`,
      })),
      tagReference,
    ],
  );
}

function controlGroup(controls: readonly { field: keyof typeof fields; id: string }[]) {
  const panels = controls.map(({ field, id }, order) => [
    id,
    {
      type: "optionsListControl",
      order,
      width: "medium",
      grow: true,
      explicitInput: {
        id,
        fieldName: field,
        title: fields[field].label,
        searchTechnique: "prefix",
        selectedOptions: [],
        sort: { by: "_count", direction: "desc" },
        enhancements: {},
      },
    },
  ]);
  return {
    chainingSystem: "HIERARCHICAL",
    controlStyle: "oneLine",
    ignoreParentSettingsJSON: JSON.stringify({
      ignoreFilters: false,
      ignoreQuery: false,
      ignoreTimerange: false,
      ignoreValidations: false,
    }),
    panelsJSON: JSON.stringify(Object.fromEntries(panels)),
  };
}

function linksPanel(board: Board, boards: readonly Board[]): Built {
  const id = uuidOf(`${board.id}/links`);
  const links = boards.map((target, order) => {
    const link = uuidOf(`${board.id}/links/${target.id}`);
    return { target, order, link, name: `link_${link}_dashboard` };
  });
  return {
    panel: {
      type: "links",
      gridData: { x: 0, y: 0, w: gridColumns, h: linksHeight, i: id },
      panelIndex: id,
      embeddableConfig: {
        enhancements: {},
        attributes: {
          layout: "horizontal",
          links: links.map(({ target, order, link, name }) => ({
            id: link,
            order,
            type: "dashboardLink",
            label: target.title,
            destinationRefName: name,
            options: here,
          })),
        },
        hidePanelTitles: true,
      },
      title: "",
    },
    references: links.map(({ target, name }) => ({
      type: "dashboard",
      id: target.id,
      name: `${id}:${name}`,
    })),
  };
}

function buildPanel(board: Board, panel: Panel, place: Place): Built {
  const id = uuidOf(`${board.id}/${panel.title}`);
  const common = { type: "lens", gridData: { ...place, i: id }, panelIndex: id };
  if (panel.type === "search") {
    const name = `panel_${id}`;
    return {
      panel: {
        ...common,
        type: "search",
        embeddableConfig: { enhancements: {}, title: panel.title },
        title: panel.title,
        panelRefName: name,
      },
      references: [{ type: "search", id: panel.search, name: `${id}:${name}` }],
    };
  }
  const dataView = panel.dataView ?? board.dataView;
  const attributes = lensAttributes(panel, dataView);
  const drilldown = panel.type === "table" ? panel.drilldown : undefined;
  const event = uuidOf(`${board.id}/${panel.title}/drilldown`);
  return {
    panel: {
      ...common,
      embeddableConfig: {
        enhancements: drilldown ? dashboardDrilldown(event, drilldown.name) : {},
        attributes,
        // Kibana reads the title here from 8.19 on, beside gridData up to 8.18.
        title: panel.title,
        hidePanelTitles: false,
      },
      title: panel.title,
    },
    references: [
      {
        type: "index-pattern",
        id: dataView,
        name: `${id}:indexpattern-datasource-layer-l1`,
      },
      ...(drilldown
        ? [
            {
              type: "dashboard",
              id: drilldown.board,
              name: `${id}:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:${event}:dashboardId`,
            },
          ]
        : []),
    ],
  };
}

function dashboardDrilldown(eventId: string, name: string) {
  const action = { factoryId: "DASHBOARD_TO_DASHBOARD_DRILLDOWN", name, config: here };
  return { dynamicActions: { events: [{ eventId, triggers: ["FILTER_TRIGGER"], action }] } };
}
