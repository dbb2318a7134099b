import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadMutes } from "../../../src/watch/mute-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function mutes(text: string) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "mutes.yml");
  await writeFile(path, text);
  return await loadMutes(path);
}
const holds = async (text: string, at: string) =>
  (await mutes(text)).some((mute) => mute.holds(Date.parse(at)));

describe("watch/mute-file", () => {
  const dated = `version: 1
timezone: Europe/London
mutes:
  - { rules: [web-scan], match: { source.ip: 192.0.2.1 }, owner: ops, reason: test, from: 2026-07-01, until: 2026-07-02 }
`;
  const weekly = `version: 1
timezone: Europe/London
mutes:
  - { owner: ops, reason: backup, until: 2027-01-01, weekly: { days: [saturday], from: "22:00", to: "03:00" } }
`;
  const table: [string, string, string, boolean][] = [
    ["before its first day in the zone", dated, "2026-06-30T22:59:59Z", false],
    ["from its first day in the zone", dated, "2026-06-30T23:00:00Z", true],
    ["to the end of its last day", dated, "2026-07-02T22:59:59Z", true],
    ["after its last day", dated, "2026-07-02T23:00:00Z", false],
    ["on its weekday", weekly, "2026-11-21T22:30:00Z", true],
    ["past midnight of its weekday", weekly, "2026-11-22T02:59:00Z", true],
    ["after its hours", weekly, "2026-11-22T03:00:00Z", false],
    ["on another weekday", weekly, "2026-11-22T22:30:00Z", false],
    ["in summer by the local clock", weekly, "2026-07-18T21:30:00Z", true],
  ];
  for (const [title, text, at, expected] of table) {
    it(`${expected ? "holds" : "does not hold"} ${title}`, async () => {
      assert.equal(await holds(text, at), expected);
    });
  }

  it("keeps rules, fields, owner and reason", async () => {
    const [mute] = await mutes(dated);
    assert.deepEqual(mute && { name: mute.name, rules: mute.rules, group: mute.group }, {
      name: "ops: test",
      rules: ["web-scan"],
      group: { "source.ip": ["192.0.2.1"] },
    });
  });

  it("refuses a mute without an owner, a reason and an end", async () => {
    await assert.rejects(mutes("version: 1\nmutes:\n  - { rules: [a] }\n"), (error: Error) => {
      for (const key of ["owner", "reason", "until"])
        assert.match(error.message, new RegExp(`${key} is missing`));
      return true;
    });
  });
});
