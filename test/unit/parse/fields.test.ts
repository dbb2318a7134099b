import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createEnricher } from "../../../src/enrich/enricher.ts";
import { enrichOptions } from "../../../src/enrich/options.ts";
import { ecsFields } from "../../../src/model/ecs-fields.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { fieldProblems, leaves } from "../../helpers/field-list.ts";
import { goldenCases } from "../../helpers/golden.ts";

interface Mapping {
  type?: string;
  dynamic?: unknown;
  enabled?: boolean;
  properties?: Record<string, Mapping>;
}

/** Field name -> its mapping in index-templates/, parents of open objects too. */
function mappings(): Map<string, Mapping> {
  const folder = new URL("../../../index-templates/components/", import.meta.url);
  const found = new Map<string, Mapping>();
  const visit = (properties: Record<string, Mapping>, prefix: string) => {
    for (const [key, mapping] of Object.entries(properties)) {
      found.set(prefix + key, mapping);
      if (mapping.properties) visit(mapping.properties, `${prefix}${key}.`);
    }
  };
  for (const file of readdirSync(folder)) {
    const { template } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as {
      template: { mappings?: { properties?: Record<string, Mapping> } };
    };
    visit(template.mappings?.properties ?? {}, "");
  }
  return found;
}

/** Types that index a value alike as far as a search can tell. */
const family = (type: string) =>
  /^(?:keyword|wildcard|constant_keyword|match_only_text|text)$/.test(type) ? "text" : type;

describe("fields of golden documents", () => {
  let events: { title: string; event: EcsEvent }[] = [];
  before(async () => {
    await using enricher = await createEnricher(enrichOptions.parse({}));
    events = goldenCases().flatMap(({ format, name, events: made }) =>
      made.flatMap((event, i) => {
        if (!event) return [];
        enricher.enrich(event);
        return [{ title: `${format}/${name}:${i + 1}`, event }];
      }),
    );
  });

  it("are ECS's, with its types, arrays, allowed values and pairs of category and type", () => {
    const problems = events.flatMap(({ title, event }) =>
      fieldProblems(event).map((problem) => `${title}: ${problem}`),
    );
    assert.deepEqual(problems, []);
  });

  it("are mapped by the index templates as ECS types them, or are texts that become keywords", () => {
    const mapped = mappings();
    const isInside = (name: string) =>
      name.split(".").some((_, i, keys) => {
        const type = mapped.get(keys.slice(0, i).join("."))?.type;
        return type === "flattened" || type === "geo_point" || type === "nested";
      });
    const problems = new Set<string>();
    for (const { event } of events) {
      for (const [name, value] of leaves(event)) {
        if (isInside(name)) continue;
        const type = mapped.get(name)?.type;
        const one: unknown = Array.isArray(value) ? value[0] : value;
        const wanted = ecsFields.get(name)?.type;
        if (type === undefined) {
          if (typeof one !== "string" && typeof one !== "object")
            problems.add(`${name} has no mapping`);
          else if (wanted !== undefined && family(wanted) !== "text" && wanted !== "nested") {
            problems.add(`${name} would become a keyword, ECS has ${wanted}`);
          }
        } else if (wanted !== undefined && family(type) !== family(wanted)) {
          problems.add(`${name} is mapped as ${type}, ECS has ${wanted}`);
        }
      }
    }
    assert.deepEqual([...problems], []);
  });

  it("hold every address, user and host of the event in related.*", () => {
    const problems: string[] = [];
    const wanted: readonly [RegExp, "ip" | "user" | "hosts"][] = [
      [/^(?:source|destination|client|server)\.ip$|^network\.forwarded_ip$/, "ip"],
      [/^user\.(?:(?:effective|target|changes)\.)?name$/, "user"],
      [/^(?:source|destination|client|server|url)\.domain$|^host\.(?:host)?name$/, "hosts"],
    ];
    for (const { title, event } of events) {
      for (const [name, value] of leaves(event)) {
        for (const [pattern, list] of wanted) {
          if (pattern.test(name) && !event.related?.[list]?.includes(String(value))) {
            problems.push(`${title}: related.${list} lacks ${name}`);
          }
        }
      }
      for (const list of Object.values(event.related ?? {})) {
        if (new Set(list).size !== list.length) problems.push(`${title}: a repeat in related`);
      }
    }
    assert.deepEqual(problems, []);
  });
});
