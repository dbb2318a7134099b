import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { until } from "../../helpers/poll.ts";
import { hasSshd, startSshd, type Sshd } from "../../helpers/sshd.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const program = "/usr/sbin/logrotate";
const run = promisify(execFile);
const dated = "dateext\ndateformat -%Y%m%d-%s";

/** Directives beside `rotate 9` and `missingok`, and what must lie beside the log in the end. */
const ways: readonly { directives: string; leaves: RegExp }[] = [
  { directives: "create 0640", leaves: /^app\.log\.3$/ },
  { directives: "nocreate\ncompress\ndelaycompress", leaves: /^app\.log\.3\.gz$/ },
  { directives: "create\ncompress", leaves: /^app\.log\.1\.gz$/ },
  { directives: "copytruncate", leaves: /^app\.log\.3$/ },
  { directives: "copytruncate\ncompress\ndelaycompress", leaves: /^app\.log\.3\.gz$/ },
  { directives: `create\n${dated}\nextension .log`, leaves: /^app-\d{8}-\d{10}\.log$/ },
  { directives: `create\ncompress\n${dated}`, leaves: /^app\.log-\d{8}-\d{10}\.gz$/ },
];

describe("Debian's logrotate", function () {
  this.timeout(120_000);
  let sshd: Sshd | undefined;

  before(async function () {
    if (!hasSshd() || !existsSync(program)) this.skip(); // apt-get install logrotate
    sshd = await startSshd();
  });
  after(async () => {
    await sshd?.[Symbol.asyncDispose]();
  });

  for (const { directives, leaves } of ways) {
    const way = directives.replaceAll("\n", ", ");
    for (const read of ["sftp", "exec"]) {
      it(`loses and doubles no line with ${way}, read by ${read}`, async () => {
        assert.ok(sshd);
        await using folder = await temporaryFolder();
        const log = join(folder.path, "app.log");
        const config = join(folder.path, "rotate.conf");
        await writeFile(config, `${log} {\nrotate 9\nmissingok\n${directives}\n}\n`, {
          mode: 0o644,
        });
        const written: string[] = [];
        let file = await open(log, "a");
        const write = async (count: number) => {
          const lines = Array.from({ length: count }, (_, n) => `line ${written.length + n}`);
          written.push(...lines);
          await file.appendFile(`${lines.join("\n")}\n`);
        };
        const rotate = async (writesOn: boolean) => {
          // Two rotations of one second would have one name; time(2), which logrotate asks, is late by some milliseconds.
          const end = (Math.floor(Date.now() / 1000) + 1) * 1000 + 100;
          const isOver = () => Date.now() >= end;
          if (directives.includes(dated)) await until("a second is over", isOver);
          await run(program, ["--force", "--state", join(folder.path, "state"), config]);
          if (directives.includes("copytruncate")) return;
          // A server that has not opened its log anew yet.
          if (writesOn) await write(5);
          await file.close();
          file = await open(log, "a");
        };
        try {
          await write(20);
          await using host = await openHost(sshd, { read });
          const first = collecting(host, log);
          await first.untilCount(20);
          await write(20);
          // What is compressed at once must not be written to any more.
          await rotate(!/compress(?!\ndelay)/.test(directives));
          await write(20);
          await first.untilSet(written);
          await first[Symbol.asyncDispose]();
          // Nobody looks.
          const before = written.length;
          await write(20);
          await rotate(false);
          await write(20);
          await rotate(false);
          await write(20);
          await using second = collecting(host, log, { from: first.position() });
          await second.until(written.slice(before));
        } finally {
          await file.close();
        }
        const names = await readdir(folder.path);
        assert.ok(
          names.some((name) => leaves.test(name)),
          names.join(" "),
        );
      });
    }
  }
});
