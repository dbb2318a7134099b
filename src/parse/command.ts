import type { EcsEvent } from "../model/ecs.ts";

/**
 * `process.command_line` and `process.args` of a command as a program logs it, its arguments parted by blanks; nothing
 * of an empty one.
 */
export function commandOf(
  line: string,
): Pick<NonNullable<EcsEvent["process"]>, "command_line" | "args"> {
  const args = line.split(" ").filter((argument) => argument !== "");
  return args.length === 0 ? {} : { command_line: line, args };
}
