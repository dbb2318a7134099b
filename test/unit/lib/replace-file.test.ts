import assert from "node:assert/strict";
import { lstat, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../../../src/lib/replace-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

describe("a file that is replaced", () => {
  it("keeps what was there when the new content does not get to its end", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "r.pdf");
    await writeFile(path, "last week");
    const broken = async function* () {
      yield Buffer.from("this");
      throw new Error("ENOSPC");
    };
    await assert.rejects(replaceFile(path, broken()), /ENOSPC/);
    assert.equal(await readFile(path, "utf8"), "last week");
    assert.deepEqual(await readdir(folder.path), ["r.pdf"]);
  });

  it("has the new content, the old rights, and the links that led there", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "r.pdf");
    const link = join(folder.path, "latest.pdf");
    await writeFile(path, "last week", { mode: 0o600 });
    await symlink(path, link);
    await replaceFile(link, "this week");
    assert.equal(await readFile(path, "utf8"), "this week");
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.ok((await lstat(link)).isSymbolicLink());
  });

  it("may be a device", async () => {
    await replaceFile("/dev/null", "this week");
    await assert.rejects(replaceFile("/dev/full", "this week"), { code: "ENOSPC" });
  });
});
