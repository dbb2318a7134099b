import { isIP } from "node:net";
import { fields } from "../fields.ts";
import { conditionsOf, parseKql } from "../kql.ts";
import type { LensColumn } from "./lens-shape.ts";
import { isAggregatable, lensTypeOf, type Mapping } from "./mapping.ts";
import type { BundleObject } from "./shape.ts";

/** Every query is KQL, and every field it or a column names is in the mapping with a type that can do what is asked. */
export function checkFields(object: BundleObject, mapping: Mapping): string[] {
  switch (object.type) {
    case "tag":
      return [];
    case "index-pattern":
      // Formats and labels of fields that a cluster lacks do no harm: they may be of sources that are to come.
      return Object.keys(object.attributes.fieldAttrs)
        .filter((field) => !mapping.has(field))
        .map((field) => `label of ${field}, which is in no template`);
    case "search":
      return [
        ...checkQuery(
          object.attributes.kibanaSavedObjectMeta.searchSourceJSON.query.query,
          mapping,
        ),
        ...object.attributes.columns
          .filter((field) => !mapping.has(field))
          .map((field) => `column ${field} is in no template`),
      ];
    case "dashboard": {
      const controls = Object.values(object.attributes.controlGroupInput.panelsJSON);
      return [
        ...controls.flatMap(({ explicitInput }) =>
          checkField(explicitInput.fieldName, mapping).map((problem) => `control: ${problem}`),
        ),
        ...object.attributes.panelsJSON.flatMap((panel) => {
          if (panel.type !== "lens") return [];
          const { state } = panel.embeddableConfig.attributes;
          const columns = Object.values(state.datasourceStates.formBased.layers.l1.columns);
          return [
            ...checkQuery(state.query.query, mapping),
            ...columns.flatMap((column) => checkColumn(column, mapping)),
          ].map((problem) => `panel ${panel.title}: ${problem}`);
        }),
      ];
    }
  }
}

function checkColumn(column: LensColumn, mapping: Mapping): string[] {
  if (column.operationType === "filters") {
    return column.params.filters.flatMap(({ input }) => checkQuery(input.query, mapping));
  }
  const problems =
    "filter" in column && column.filter ? checkQuery(column.filter.query, mapping) : [];
  if (column.operationType === "count") {
    return column.dataType === "number" ? problems : [...problems, "a count is a number"];
  }
  const type = mapping.get(column.sourceField);
  problems.push(...checkField(column.sourceField, mapping));
  const found = type === undefined ? undefined : lensTypeOf(type);
  if (found === undefined) return problems;
  const name = `${column.operationType} of ${column.sourceField}`;
  switch (column.operationType) {
    case "terms":
    case "date_histogram":
      if (found !== column.dataType)
        problems.push(`${name}: dataType is ${column.dataType}, not ${found}`);
      break;
    case "unique_count":
      if (column.dataType !== "number") problems.push(`${name} is a number`);
      break;
    case "max":
      if (found !== column.dataType) {
        problems.push(`${name}: dataType is ${column.dataType}, the field is a ${found}`);
      }
      break;
    case "sum":
    case "median":
    case "percentile":
      if (found !== "number" || column.dataType !== "number")
        problems.push(`${name}: it is no number`);
      break;
  }
  return problems;
}

function checkField(field: string, mapping: Mapping): string[] {
  const type = mapping.get(field);
  if (type === undefined) return [`${field} is in no template`];
  return isAggregatable(type) ? [] : [`${field} is a ${type}: it cannot be counted`];
}

function checkQuery(text: string, mapping: Mapping): string[] {
  try {
    return conditionsOf(parseKql(text)).flatMap((condition): string[] => {
      const type = mapping.get(condition.field);
      if (type === undefined) return [`query: ${condition.field} is in no template`];
      const kind = lensTypeOf(type);
      if (condition.kind === "range" && kind !== "number" && kind !== "date") {
        return [`query: ${condition.field} is a ${type}: no range of it`];
      }
      if (condition.kind === "wildcard" && kind !== "string") {
        return [`query: ${condition.field} is a ${type}: no wildcard in it`];
      }
      if ((condition.kind === "is" || condition.kind === "range") && kind === "number") {
        return Number.isFinite(Number(condition.value))
          ? []
          : [`query: ${condition.field} is a number, ${condition.value} is none`];
      }
      if (condition.kind === "is" && kind === "ip" && !isIP(condition.value)) {
        return [`query: ${condition.field} is an address, ${condition.value} is none`];
      }
      return [];
    });
  } catch (error) {
    return [`query: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Our own list of fields agrees with the templates. */
export function checkFieldList(mapping: Mapping): string[] {
  return Object.entries(fields).flatMap(([name, { type }]) => {
    const mapped = mapping.get(name);
    if (mapped === undefined) return [`fields.ts: ${name} is in no template`];
    return lensTypeOf(mapped) === type
      ? []
      : [`fields.ts: ${name} is ${type}, mapped as ${mapped}`];
  });
}
