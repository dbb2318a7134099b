import { elasticsearchCommand } from "./elasticsearch.ts";
import type { AddCommand } from "./io.ts";

/** Every command, in the order in which `leafwatch --help` lists them. */
export const commands: readonly AddCommand[] = [elasticsearchCommand];
