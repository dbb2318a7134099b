import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
const programs = ["/usr/sbin/useradd", "/usr/sbin/userdel"] as const;

/** A local account without any rights, for as long as a test lasts. */
export interface TemporaryAccount extends AsyncDisposable {
  name: string;
}

/** True when accounts can be made: as root, with the system's own tools. */
export function canMakeAccounts(): boolean {
  return process.getuid?.() === 0 && programs.every((program) => existsSync(program));
}

/** Makes an account that keys can enter, with `/bin/sh` and no home folder. */
export async function temporaryAccount(): Promise<TemporaryAccount> {
  const name = `lwtest${randomBytes(4).toString("hex")}`;
  const [useradd, userdel] = programs;
  // `*` is no password; sshd would take `!` for a locked account.
  await run(useradd, ["--no-create-home", "--shell", "/bin/sh", "--password", "*", name]);
  return {
    name,
    async [Symbol.asyncDispose]() {
      await run(userdel, ["--force", name]);
    },
  };
}
