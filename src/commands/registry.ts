import { alertsCommand } from "./alerts.ts";
import { checkCommand } from "./check.ts";
import { deadLettersCommand } from "./dead-letters.ts";
import { elasticsearchCommand } from "./elasticsearch.ts";
import { importCommand } from "./import.ts";
import { initCommand } from "./init.ts";
import type { AddCommand } from "./io.ts";
import { parseCommand } from "./parse.ts";
import { reportCommand } from "./report.ts";
import { rulesCommand } from "./rules.ts";
import { runCommand } from "./run.ts";
import { setupCommand } from "./setup.ts";
import { shipCommand } from "./ship.ts";
import { statusCommand } from "./status.ts";
import { watchCommand } from "./watch.ts";

/** Every command, in the order in which `leafwatch --help` lists them. */
export const commands: readonly AddCommand[] = [
  initCommand,
  checkCommand,
  setupCommand,
  shipCommand,
  watchCommand,
  reportCommand,
  rulesCommand,
  alertsCommand,
  runCommand,
  statusCommand,
  importCommand,
  deadLettersCommand,
  parseCommand,
  elasticsearchCommand,
];
