import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { z } from "zod";
import { duration } from "../../lib/duration.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { asciiJson, toEcs } from "../ecs-alert.ts";
import { notifier, type Result } from "../notifier.ts";

/** sysexits.h: try again later. */
const temporaryFailure = 75;

/**
 * Runs a program for each message. No shell; log text reaches it as JSON on its standard input only, never as an
 * argument or in the environment.
 */
export const command = notifier({
  type: "command",
  summary:
    "Runs a program with the ECS alert as JSON on its standard input; off unless `enabled: true`",
  options: z.strictObject({
    run: z
      .array(z.string().min(1))
      .min(1)
      .refine(([program = ""]) => isAbsolute(program), "write the program with its whole path"),
    enabled: z.literal(
      true,
      "a command runs a program on this machine: to allow it, say enabled: true",
    ),
    timeout: duration.default(30_000),
  }),
  create({ run, timeout }) {
    const [program = "", ...args] = run;
    return {
      key: `command-${createHash("sha256").update(run.join("\0")).digest("hex").slice(0, 16)}`,
      label: `command ${program}`,
      gathers: false,
      compose: async (message) => Buffer.from(`${asciiJson(toEcs(message))}\n`),
      async send(payload, addresses, claim) {
        const signal = AbortSignal.any([claim.signal, AbortSignal.timeout(timeout)]);
        const result = claim.expired()
          ? ({ outcome: "again", answer: "the claim ran out" } as const)
          : await runOnce(program, args, payload, signal);
        return addresses.map((address) => ({ address, ...result }));
      },
      async check() {
        try {
          await access(program, constants.X_OK);
        } catch (cause) {
          throw new AppError("COMMAND_MISSING", `${program} cannot be run: ${messageOf(cause)}`, {
            hint: "check the command's run under notify.recipients",
            cause,
          });
        }
      },
      close: () => undefined,
    };
  },
});

async function runOnce(
  program: string,
  args: readonly string[],
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<Omit<Result, "address">> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: process.env["PATH"] ?? "" },
      signal,
      killSignal: "SIGKILL",
    });
    child.once("error", (error) => {
      // Not started, or stopped by us in the middle.
      const started = child.pid !== undefined;
      resolve({ outcome: started ? "unknown" : "again", answer: messageOf(error) });
    });
    child.once("close", (code) => {
      const answer = `exit code ${code ?? "none"}`;
      if (code === 0) resolve({ outcome: "accepted", answer });
      else
        resolve({
          outcome: code === temporaryFailure ? "again" : code === null ? "unknown" : "refused",
          answer,
        });
    });
    // A program that does not read its input is no failure of ours.
    child.stdin.on("error", () => undefined);
    child.stdin.end(payload);
  });
}
