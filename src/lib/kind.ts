import type { z } from "zod";

/**
 * A kind of pluggable part (source, format, rule, notifier): its options as the operator writes them, and how to
 * build it. Config checks, error messages, the editor's JSON Schema and docs/ all follow from this object.
 */
export interface Kind<Part, Deps = void> {
  /** The name by which the config asks for it. */
  readonly type: string;
  /** One sentence for docs/. */
  readonly summary: string;
  readonly options: z.ZodObject;
  create(options: unknown, deps: Deps): Part;
}

/** Types `create` after `options`; a registry then holds plain `Kind`s. */
export function kind<Part, Deps = void>() {
  return <S extends z.ZodObject>(definition: {
    type: string;
    summary: string;
    options: S;
    create(options: z.output<S>, deps: Deps): Part;
  }): Kind<Part, Deps> => ({
    ...definition,
    create: (options, deps) => definition.create(definition.options.parse(options), deps),
  });
}
