import type { LensAttributes, LensColumn, LensLayer, LensPanel } from "./lens-shape.ts";

/** What Lens needs of a layer beyond its shape. Kibana imports layers without it and shows an error in their place. */
export function checkLens(panel: LensPanel): string[] {
  const { attributes } = panel.embeddableConfig;
  const layer = attributes.state.datasourceStates.formBased.layers.l1;
  return [...checkColumns(layer), ...checkAccessors(attributes, layer)].map(
    (problem) => `panel ${panel.title}: ${problem}`,
  );
}

function checkColumns({ columnOrder, columns }: LensLayer): string[] {
  const problems: string[] = [];
  const names = Object.keys(columns);
  if ([...columnOrder].sort().join() !== [...names].sort().join()) {
    problems.push(
      `columnOrder (${columnOrder.join()}) is not the list of columns (${names.join()})`,
    );
  }
  const bucketed = columnOrder.map((id) => columns[id]?.isBucketed === true);
  if (bucketed.lastIndexOf(true) > bucketed.indexOf(false) && bucketed.includes(false)) {
    problems.push("a bucket stands after a number in columnOrder");
  }
  if (!bucketed.includes(false)) problems.push("there is no number");
  for (const [id, column] of Object.entries(columns)) {
    if (column.operationType === "terms") {
      const by = columns[column.params.orderBy.columnId];
      if (!by) problems.push(`column ${id} is ordered by a column that is not there`);
      else if (by.isBucketed) problems.push(`column ${id} is ordered by a bucket`);
    }
    if (!column.isBucketed && column.timeScale && !hasDates(columns)) {
      problems.push(`column ${id} is counted by the minute without a time axis`);
    }
  }
  return problems;
}

function hasDates(columns: LensLayer["columns"]): boolean {
  return Object.values(columns).some(({ operationType }) => operationType === "date_histogram");
}

type Role = "time" | "bucket" | "number";

/** Each accessor names a column of its kind, and every column is shown. */
function checkAccessors(attributes: LensAttributes, layer: LensLayer): string[] {
  const uses = usesOf(attributes);
  const problems = uses.flatMap(({ accessor, role }) => {
    const column = layer.columns[accessor];
    if (!column) return [`the picture shows ${accessor}, which is no column`];
    return roleOf(column) === role || (role === "bucket" && column.isBucketed)
      ? []
      : [`the picture takes ${accessor} for a ${role}`];
  });
  const shown = new Set(uses.map(({ accessor }) => accessor));
  const hidden = Object.keys(layer.columns).filter((id) => !shown.has(id));
  problems.push(...hidden.map((id) => `column ${id} is nowhere shown`));
  if (attributes.visualizationType === "lnsXY") {
    const [{ xAccessor, splitAccessor, seriesType }] = attributes.state.visualization.layers;
    const at = (id: string) => layer.columnOrder.indexOf(id);
    if (splitAccessor !== undefined && at(splitAccessor) > at(xAccessor)) {
      problems.push("the split must stand before the time axis, or each bar gets its own top list");
    }
    if (seriesType !== attributes.state.visualization.preferredSeriesType) {
      problems.push("preferredSeriesType is not the layer's");
    }
  }
  if (attributes.visualizationType === "lnsDatatable") {
    const { columns, sorting } = attributes.state.visualization;
    if (!columns.some(({ columnId }) => columnId === sorting.columnId)) {
      problems.push(`it is sorted by ${sorting.columnId}, which it does not show`);
    }
  }
  return problems;
}

function roleOf(column: LensColumn): Role {
  if (!column.isBucketed) return "number";
  return column.operationType === "date_histogram" ? "time" : "bucket";
}

function usesOf(attributes: LensAttributes): { accessor: string; role: Role }[] {
  const use = (role: Role, ...accessors: (string | undefined)[]) =>
    accessors.flatMap((accessor) => (accessor === undefined ? [] : [{ accessor, role }]));
  switch (attributes.visualizationType) {
    case "lnsMetric":
      return use("number", attributes.state.visualization.metricAccessor);
    case "lnsXY": {
      const [layer] = attributes.state.visualization.layers;
      return [
        ...use("time", layer.xAccessor),
        ...use("bucket", layer.splitAccessor),
        ...use("number", ...layer.accessors),
      ];
    }
    case "lnsPie": {
      const [layer] = attributes.state.visualization.layers;
      return [...use("bucket", ...layer.primaryGroups), ...use("number", ...layer.metrics)];
    }
    case "lnsHeatmap": {
      const { xAccessor, yAccessor, valueAccessor } = attributes.state.visualization;
      return [
        ...use("time", xAccessor),
        ...use("bucket", yAccessor),
        ...use("number", valueAccessor),
      ];
    }
    case "lnsDatatable": {
      const { columns } = attributes.state.datasourceStates.formBased.layers.l1;
      return attributes.state.visualization.columns.flatMap(({ columnId }) =>
        use(columns[columnId]?.isBucketed ? "bucket" : "number", columnId),
      );
    }
  }
}
