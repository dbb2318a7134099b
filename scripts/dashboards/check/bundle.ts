import { z } from "zod";
import { checkFields } from "./fields.ts";
import { checkGrid } from "./grid.ts";
import { checkLens } from "./lens.ts";
import type { Mapping } from "./mapping.ts";
import { checkNames, checkReferences } from "./references.ts";
import { bundleObject, type BundleObject } from "./shape.ts";

/**
 * Everything that is wrong with a bundle, a line each. Kibana's import answers "success" to nearly all of it and shows
 * the damage only on the page.
 */
export function checkBundle(text: string, mapping: Mapping): string[] {
  const { objects, problems } = readBundleText(text);
  const seen = new Set<string>();
  for (const object of objects) {
    const name = `${object.type} ${object.id}`;
    if (seen.has(name)) problems.push(`${name} stands twice`);
    seen.add(name);
    const found = [...checkReferences(object, objects), ...checkFields(object, mapping)];
    if (object.type === "dashboard") {
      found.push(...checkNames(object, objects), ...checkGrid(object));
      for (const panel of object.attributes.panelsJSON) {
        if (panel.type === "lens") found.push(...checkLens(panel));
      }
    }
    problems.push(...found.map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

/** The objects of an ndjson text, unpacked, and what is wrong with the others. */
export function readBundleText(text: string): { objects: BundleObject[]; problems: string[] } {
  const objects: BundleObject[] = [];
  const problems: string[] = [];
  if (!text.endsWith("\n")) problems.push("the file does not end with a line end");
  text.split("\n").forEach((line, i) => {
    if (line === "") return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      problems.push(`line ${i + 1}: no JSON`);
      return;
    }
    const result = bundleObject.safeParse(parsed);
    if (result.success) objects.push(result.data);
    else problems.push(`line ${i + 1}: ${z.prettifyError(result.error)}`);
  });
  return { objects, problems };
}
