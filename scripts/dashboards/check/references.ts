import { tagReference, type Reference } from "../saved-object.ts";
import type { BundleObject, DashboardObject, DashboardPanel } from "./shape.ts";

/**
 * Every reference that an object's contents mean must be there, under its exact name, with the right type, and lead to
 * an object of the bundle; and none may be there that nothing means.
 */
export function checkReferences(object: BundleObject, bundle: readonly BundleObject[]): string[] {
  const expected = new Map(expectedOf(object).map(({ name, type }) => [name, type]));
  const seen = new Set<string>();
  const problems = object.references.flatMap(({ type, id, name }) => {
    if (seen.has(name)) return [`reference ${name} stands twice`];
    seen.add(name);
    if (!expected.has(name)) return [`nothing uses the reference ${name}`];
    if (expected.get(name) !== type) {
      return [`reference ${name} is a ${type} where a ${String(expected.get(name))} is meant`];
    }
    return bundle.some((target) => target.type === type && target.id === id)
      ? []
      : [`reference ${name} leads to ${type} ${id}, which is not in the bundle`];
  });
  const missing = [...expected.keys()].filter((name) => !seen.has(name));
  return [...problems, ...missing.map((name) => `reference ${name} is missing`)];
}

function expectedOf(object: BundleObject): Pick<Reference, "type" | "name">[] {
  switch (object.type) {
    case "index-pattern":
    case "tag":
      return [];
    case "search": {
      const { indexRefName } = object.attributes.kibanaSavedObjectMeta.searchSourceJSON;
      return [{ type: "index-pattern", name: indexRefName }, tagReference];
    }
    case "dashboard":
      return [
        ...object.attributes.panelsJSON.flatMap((panel) =>
          ofPanel(panel).map(({ type, name }) => ({ type, name: `${panel.panelIndex}:${name}` })),
        ),
        ...Object.keys(object.attributes.controlGroupInput.panelsJSON).map((id) => ({
          type: "index-pattern",
          name: `controlGroup_${id}:optionsListDataView`,
        })),
        tagReference,
      ];
  }
}

/** Names without the panel's prefix. */
function ofPanel(panel: DashboardPanel): Pick<Reference, "type" | "name">[] {
  switch (panel.type) {
    case "links":
      return panel.embeddableConfig.attributes.links.map(({ destinationRefName }) => ({
        type: "dashboard",
        name: destinationRefName,
      }));
    case "search":
      return [{ type: "search", name: panel.panelRefName }];
    case "lens":
      return [
        ...panel.embeddableConfig.attributes.references,
        ...(panel.embeddableConfig.enhancements.dynamicActions?.events ?? []).map(
          ({ eventId, action }) => ({
            type: "dashboard",
            name: `drilldown:${action.factoryId}:${eventId}:dashboardId`,
          }),
        ),
      ];
  }
}

/** Names that must follow from ids, and the data view that a Lens panel names twice. */
export function checkNames(object: DashboardObject, bundle: readonly BundleObject[]): string[] {
  const boards = bundle.filter(({ type }) => type === "dashboard").length;
  const { panelsJSON, controlGroupInput } = object.attributes;
  const idOf = (name: string) => object.references.find((one) => one.name === name)?.id;
  const panels = panelsJSON.flatMap((panel) => {
    switch (panel.type) {
      case "links": {
        const { links } = panel.embeddableConfig.attributes;
        const targets = new Set(
          links.map((link) => idOf(`${panel.panelIndex}:${link.destinationRefName}`)),
        );
        return [
          ...links
            .filter(({ id, destinationRefName }) => destinationRefName !== `link_${id}_dashboard`)
            .map(({ label }) => `link ${label}: destinationRefName does not follow from its id`),
          ...links
            .filter(({ order }, i) => order !== i)
            .map(({ label }) => `link ${label} is out of order`),
          ...(targets.size === boards ? [] : ["the links do not lead to every board"]),
        ];
      }
      case "search":
        return panel.panelRefName === `panel_${panel.panelIndex}`
          ? []
          : [`panel ${panel.title}: panelRefName does not follow from panelIndex`];
      case "lens": {
        const [inner] = panel.embeddableConfig.attributes.references;
        return idOf(`${panel.panelIndex}:${inner.name}`) === inner.id
          ? []
          : [`panel ${panel.title}: its two references name different data views`];
      }
    }
  });
  const hasLinks = panelsJSON.some(({ type }) => type === "links");
  const controls = Object.entries(controlGroupInput.panelsJSON);
  return [
    ...panels,
    ...(hasLinks ? [] : ["no row of links"]),
    ...(controls.length > 0 ? [] : ["no controls"]),
    ...controls
      .filter(([id, control]) => control.explicitInput.id !== id)
      .map(([id]) => `control ${id} has another id inside`),
    ...controls
      .filter(([, control], i) => control.order !== i)
      .map(([id]) => `control ${id} is out of order`),
  ];
}
