import assert from "node:assert/strict";
import {
  appendFile,
  copyFile,
  mkdir,
  open as openHandle,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Position } from "../../../src/model/raw-line.ts";
import { startSshHost, type SshHost } from "../../../scripts/demo/ssh-host.ts";
import { createSshKeys } from "../../../scripts/demo/ssh-keys.ts";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** What happens to the files while nobody looks: `a1` and `a2` were read of `/app.log`, what else is there comes. */
interface Case {
  title: string;
  happens: (log: string) => Promise<void>;
  /** Texts that are read then; `-7` stands for a gap of seven bytes. */
  then: readonly string[];
}

const compress = async (path: string) => {
  await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
  await rm(path);
};
const cases: readonly Case[] = [
  {
    title: "renamed and made anew",
    happens: async (log) => {
      await appendFile(log, "a3\n");
      await rename(log, `${log}.1`);
      await writeFile(log, "b1\n");
    },
    then: ["a3", "b1"],
  },
  {
    title: "renamed, and nothing new yet",
    happens: async (log) => {
      await appendFile(log, "a3\n");
      await rename(log, `${log}.1`);
    },
    then: ["a3"],
  },
  {
    title: "rotated three times and compressed on the way",
    happens: async (log) => {
      await appendFile(log, "a3\n");
      await rename(log, `${log}.3`);
      await compress(`${log}.3`);
      await writeFile(`${log}.2.gz`, Buffer.concat([gzipSync("b1\n"), gzipSync("b2\n")]));
      await writeFile(`${log}.1`, "c1\n");
      await writeFile(log, "d1\n");
    },
    then: ["a3", "b1", "b2", "c1", "d1"],
  },
  {
    title: "rotated by date",
    happens: async (log) => {
      await appendFile(log, "a3\n");
      await rename(log, `${log}-20261121`);
      await compress(`${log}-20261121`);
      await writeFile(`${log}-20261122`, "b1\n");
      await writeFile(log, "c1\n");
    },
    then: ["a3", "b1", "c1"],
  },
  {
    title: "copied and truncated",
    happens: async (log) => {
      await appendFile(log, "a3\n");
      await copyFile(log, `${log}.1`);
      await truncate(log, 0);
      await appendFile(log, "b1\n");
    },
    then: ["a3", "b1"],
  },
  {
    title: "copied and truncated twice, and grown beyond where it was",
    happens: async (log) => {
      await appendFile(log, "a3\n");
      await copyFile(log, `${log}.2`);
      await writeFile(`${log}.1`, "b1\n");
      await truncate(log, 0);
      await appendFile(log, "c1\nc2\nc3\nc4\nc5\nc6\n");
    },
    then: ["a3", "b1", "c1", "c2", "c3", "c4", "c5", "c6"],
  },
  {
    title: "truncated without a copy, with bytes that nobody had read",
    happens: async (log) => {
      await truncate(log, 0);
      await appendFile(log, "b1\n");
    },
    then: ["-4", "b1"],
  },
  {
    title: "deleted and made anew",
    happens: async (log) => {
      await rm(log);
      await writeFile(log, "b1\n");
    },
    then: ["-4", "b1"],
  },
  {
    title: "written on after the rename, while a younger file is there",
    happens: async (log) => {
      await rename(log, `${log}.1`);
      await writeFile(log, "b1\n");
      await appendFile(`${log}.1`, "\na4\n");
    },
    then: ["part", "a4", "b1"],
  },
];

describe("a file that is rotated", function () {
  this.timeout(20_000);
  let host: SshHost;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let root: string;
  let login: { port: number; user: string; key: string; knownHosts: string };

  beforeEach(async () => {
    folder = await temporaryFolder();
    root = join(folder.path, "root");
    await mkdir(root);
    const keys = createSshKeys();
    host = await startSshHost({ root, authorizedKeys: [keys.publicKey] });
    login = {
      ...{ port: host.port, user: host.user },
      ...{ key: join(folder.path, "key"), knownHosts: join(folder.path, "known_hosts") },
    };
    await writeFile(login.key, keys.privateKey, { mode: 0o600 });
    await writeFile(login.knownHosts, `${host.knownHostsLine}\n`);
  });
  afterEach(async () => {
    await host[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const shown = (lines: readonly { text: string; gapBytes?: number }[]) =>
    lines.map(({ text, gapBytes }) => (gapBytes === undefined ? text : `-${gapBytes}`));

  async function readOnce(path: string, from?: Position) {
    await using entered = await openHost(login, { once: true });
    await using read = collecting(entered, path, from && { from });
    await read.ended;
    return { texts: shown(read.lines), origins: read.origins(), position: read.position() };
  }

  for (const { title, happens, then } of cases) {
    for (const way of ["while nobody looked", "while it was read"]) {
      // The handle still leads to a deleted file: nothing is lost then, and nothing is said.
      if (title.startsWith("deleted") && way === "while it was read") continue;
      it(`is read on when it was ${title}, ${way}`, async () => {
        const log = join(root, "app.log");
        // The unfinished line is what a truncation without a copy loses.
        await writeFile(log, "a1\na2\npart");
        const end = then[0]?.startsWith("a") ? "\n" : "";
        const expected = end === "" ? [...then] : ["part", ...then];
        if (way === "while nobody looked") {
          const first = await readOnce("/app.log");
          if (end) await appendFile(log, end);
          await happens(log);
          // A file that stands still is finished only after a while: its last line has an end here.
          const second = await readOnce("/app.log", first.position);
          assert.deepEqual([first.texts, second.texts], [["a1", "a2"], expected]);
          return;
        }
        await using entered = await openHost(login);
        await using read = collecting(entered, "/app.log");
        await read.until(["a1", "a2"]);
        if (end) await appendFile(log, end);
        await happens(log);
        await read.untilCount(2 + expected.length);
        assert.deepEqual(shown(read.lines), ["a1", "a2", ...expected]);
      });
    }
  }

  it("has the same ids at 80 bytes, 1 KiB and 1 MiB, and when it is compressed", async () => {
    const log = join(root, "app.log");
    let position: Position | undefined;
    const origins = new Set<string>();
    let lines = 0;
    for (const size of [80, 1024, 1024 * 1024]) {
      const handle = await openHandle(log, "a");
      for (let at = (await handle.stat()).size; at < size; at += 40) {
        await handle.write(`${String(lines++).padStart(39, "x")}\n`);
      }
      await handle.close();
      const read = await readOnce("/app.log", position);
      position = read.position;
      for (const origin of read.origins) origins.add(origin);
    }
    await rename(log, `${log}.1`);
    await compress(`${log}.1`);
    const again = await readOnce("/app.log");
    for (const origin of again.origins) origins.add(origin);
    assert.equal(again.texts.length, lines);
    assert.equal(origins.size, 1);
  });

  it("keeps files apart that begin with the same line", async () => {
    await writeFile(join(root, "a.log"), "#Software: IIS\na\n");
    await writeFile(join(root, "b.log"), "#Software: IIS\nb\n");
    const read = await readOnce("/*.log");
    assert.deepEqual(read.texts.sort(), ["#Software: IIS", "#Software: IIS", "a", "b"]);
    assert.equal(new Set(read.origins).size, 2);
  });

  it("is read through a symbolic link that comes to point elsewhere", async () => {
    await writeFile(join(root, "one"), "a1\n");
    await symlink("one", join(root, "current.log"));
    await using entered = await openHost(login);
    await using read = collecting(entered, "/current.log");
    await read.until(["a1"]);
    await appendFile(join(root, "one"), "a2\n");
    await writeFile(join(root, "two"), "b1\n");
    await rm(join(root, "current.log"));
    await symlink("two", join(root, "current.log"));
    await read.until(["a1", "a2", "b1"]);
  });

  it("is named when a rotated sibling is no gzip file, and the others are read", async () => {
    await writeFile(join(root, "app.log.2.gz"), "this is no gzip file");
    await writeFile(join(root, "app.log.1"), "b1\n");
    await writeFile(join(root, "app.log"), "c1\n");
    assert.deepEqual((await readOnce("/app.log")).texts, ["b1", "c1"]);
  });

  it("gives what could be unpacked of a gzip file that breaks off", async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, i) => `line ${i * 7919}\n`).join(""));
    await writeFile(join(root, "app.log.1.gz"), whole.subarray(0, whole.length - 5000));
    await writeFile(join(root, "app.log"), "live\n");
    const { texts } = await readOnce("/app.log");
    assert.ok(texts.length > 1000);
    assert.equal(texts.at(-1), "live");
  });

  it("is read whole when the connection is cut again and again", async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} with some more text to it`);
    await writeFile(join(root, "app.log"), `${lines.join("\n")}\n`);
    await using entered = await openHost(login);
    await using read = collecting(entered, "/app.log");
    for (const count of [1, 20_000, 40_000]) {
      await read.untilCount(count);
      host.cut();
    }
    await read.untilCount(lines.length);
    assert.deepEqual(read.texts(), lines);
  });
});
