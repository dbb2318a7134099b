import { kind, type Kind } from "../lib/kind.ts";
import type { EcsEvent } from "../model/ecs.ts";
import type { Zone } from "./zone.ts";

/** What a parser knows beside the line. Nothing here comes from a clock. */
export interface ParseContext {
  /** Zone of stamps that name none. */
  zone: Zone;
  /** When the line was read, epoch milliseconds: decides a missing year. */
  readAt: number;
  /** The last line for which `isDirective` was true, in the same file. */
  directive?: string | undefined;
  /** Told of each pattern that was tried (`parse --explain`); left out everywhere else. */
  trace?: ((pattern: string, taken: boolean) => void) | undefined;
}

/** The fields that a line gives, without those that every event carries (line-parser.ts adds them). */
export type ParsedFields = Partial<EcsEvent>;

/** A line that the format does not take: why not, and what could be read of it all the same. */
export interface Unparsed {
  unparsed: string;
  fields?: ParsedFields;
}

/** A log format's parser. Pure: no clock, no I/O; a cache at most. Never throws, linear in the line's length. */
export interface Parser {
  parse(text: string, context: ParseContext): ParsedFields | Unparsed;
  /** True for a line that is no event but holds for those after it (`#Fields:` of IIS). */
  isDirective?(text: string): boolean;
  /** True for a line that says nothing at all, beside the empty one. */
  isBlank?(text: string): boolean;
}

export type Format = Kind<Parser>;

export const format = kind<Parser>();
