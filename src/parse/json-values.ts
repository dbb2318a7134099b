import { allowedValues, eventTypes } from "../model/ecs-values.ts";

/**
 * Takes out of `event.kind`, `.outcome`, `.category` and `.type` what ECS does not allow there, types that do not go
 * with the categories, and any kind but `event`: an application's `alert` is none of our alerts.
 *
 * @returns what was taken, by the field's full name.
 */
export function takeUnfit(event: Record<string, unknown>): [field: string, value: unknown][] {
  const taken: [string, unknown][] = [];
  const take = (key: string, isFit: (value: unknown) => boolean) => {
    const value = event[key];
    if (value === undefined) return;
    const all: unknown[] = Array.isArray(value) ? value : [value];
    const unfit = all.filter((one) => !isFit(one));
    if (unfit.length === 0) return;
    taken.push([`event.${key}`, unfit.length === 1 ? unfit[0] : unfit]);
    if (unfit.length < all.length) event[key] = all.filter(isFit);
    else Reflect.deleteProperty(event, key);
  };
  take("kind", (one) => one === "event");
  take("outcome", isAllowed("event.outcome"));
  take("category", isAllowed("event.category"));
  const categories = Array.isArray(event["category"]) ? event["category"] : [];
  const types = categories.flatMap((one) => eventTypes[String(one)] ?? []);
  take("type", categories.length > 0 ? isOneOf(types) : isAllowed("event.type"));
  return taken;
}

function isAllowed(field: string): (value: unknown) => boolean {
  return isOneOf(allowedValues[field] ?? []);
}

function isOneOf(values: readonly string[]): (value: unknown) => boolean {
  return (value) => typeof value === "string" && values.includes(value);
}
