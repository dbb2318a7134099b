import { kind, type Kind } from "../lib/kind.ts";
import type { EcsEvent } from "../model/ecs.ts";

/** What a parser knows beside the line. Nothing here comes from a clock. */
export interface ParseContext {
  /** `host.name` of the config. */
  host: string;
  /** IANA name of the zone of stamps that name none. */
  timezone: string;
  /** When the line was read, epoch milliseconds: decides a missing year. */
  readAt: number;
  /** The last line for which `isDirective` was true, in the same file. */
  directive?: string;
}

/** The fields that a line gives, without those that every event carries (event.ts adds them). */
export type ParsedFields = Partial<EcsEvent>;

/** A log format's parser. Pure: no clock, no I/O; a cache at most. Never throws. */
export interface Parser {
  /** undefined: the line is not of this format. A string: why not, for `error.message`. */
  parse(text: string, context: ParseContext): ParsedFields | string | undefined;
  /** True for a line that is no event but holds for those after it (`#Fields:` of IIS). */
  isDirective?(text: string): boolean;
}

export type Format = Kind<Parser>;

export const format = kind<Parser>();
