import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { hasSshd, startSshd, type Sshd } from "../../helpers/sshd.ts";
import {
  canMakeAccounts,
  temporaryAccount,
  type TemporaryAccount,
} from "../../helpers/temporary-account.ts";

describe("an account that may not read everything", function () {
  this.timeout(30_000);
  const opened: AsyncDisposable[] = [];
  let sshd: Sshd;
  let account: TemporaryAccount;
  let secret: string;
  let open: string;

  before(async function () {
    if (!hasSshd() || !canMakeAccounts()) this.skip();
    sshd = await startSshd();
    opened.push(sshd);
    account = await temporaryAccount();
    opened.push(account);
    // The account's own eyes must find its key and the logs.
    await chmod(sshd.folder, 0o755);
    await chmod(join(sshd.folder, "authorized_keys"), 0o644);
    const folder = join(sshd.folder, "logs");
    await mkdir(folder, { mode: 0o755 });
    secret = join(folder, "secret.log");
    open = join(folder, "open.log");
    await writeFile(secret, "secret\n", { mode: 0o600 });
    await writeFile(open, "open\n", { mode: 0o644 });
  });
  after(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  });

  /** Reads `path` once as the account. */
  async function read(path: string, how: string): Promise<string[]> {
    await using host = await openHost({ ...sshd, user: account.name }, { once: true, read: how });
    await using some = collecting(host, path);
    await some.ended;
    return some.texts();
  }

  for (const how of ["sftp", "exec"]) {
    it(`is told by ${how} which file it may not read, and what would let it`, async () => {
      assert.deepEqual(await read(open, how), ["open"]);
      await assert.rejects(read(secret, how), {
        code: "FILE_NOT_READABLE",
        message: `web1: ${secret}: permission denied`,
        hint: /usermod -aG adm USER/,
      });
    });
  }

  it("is told the line for sudoers while sudo asks for a password, and reads with it", async function () {
    if (!existsSync("/usr/bin/sudo")) this.skip();
    await assert.rejects(read(secret, "sudo"), {
      code: "SUDO_REFUSED",
      message: `web1: ${secret}: sudo asks for a password or refuses`,
      hint: new RegExp(
        `visudo -f /etc/sudoers.d/leafwatch, .*: ${account.name} ALL=\\(root\\) NOPASSWD`,
      ),
    });
    await using host = await openHost(
      { ...sshd, user: account.name },
      { once: true, read: "sudo" },
    );
    await using journal = collecting(host, undefined, { format: "journald" });
    await assert.rejects(journal.ended, {
      code: "SUDO_REFUSED",
      message: "web1: the journal: sudo asks for a password or refuses",
      hint: /NOPASSWD: .*\/usr\/bin\/journalctl/,
    });
    const sudoers = `/etc/sudoers.d/${account.name}`;
    const programs = "/usr/bin/stat, /usr/bin/ls, /usr/bin/tail";
    try {
      await writeFile(sudoers, `${account.name} ALL=(root) NOPASSWD: ${programs}\n`, {
        mode: 0o440,
      });
      assert.deepEqual(await read(secret, "sudo"), ["secret"]);
    } finally {
      await rm(sudoers, { force: true });
    }
  });
});
