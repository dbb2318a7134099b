import assert from "node:assert/strict";
import { tableOf } from "../../../src/commands/table.ts";

const rows = [
  ["web1", "12,345", "the key /root/.ssh/id_ed25519 cannot be read"],
  ["a", "7", "ok\nand more"],
];

describe("commands/table", () => {
  it("sets rows under a head, numbers at the right, a row a line", () => {
    const text = tableOf(["host", "documents", "says"], rows);
    assert.equal(
      text,
      "HOST  DOCUMENTS  SAYS\n" +
        "web1     12,345  the key /root/.ssh/id_ed25519 cannot be read\n" +
        "a             7  ok\n" +
        "                 and more\n",
    );
  });

  it("wraps the widest cells into a terminal's columns and loses nothing", () => {
    const text = tableOf(["host", "documents", "says"], rows, 40);
    for (const line of text.split("\n")) assert.ok(line.length <= 40, line);
    assert.equal(
      text,
      "HOST  DOCUMENTS  SAYS\n" +
        "web1     12,345  the key\n" +
        "                 /root/.ssh/id_ed25519\n" +
        "                 cannot be read\n" +
        "a             7  ok\n" +
        "                 and more\n",
    );
  });

  it("lets no text move the terminal's cursor", () => {
    assert.equal(tableOf(["says"], [["a\u001b[2Jb\u202ec"]]), "SAYS\na\\u001b[2Jb\\u202ec\n");
  });

  it("stays readable where a terminal has nearly no columns", () => {
    const text = tableOf(["host", "says"], [["web1", "abcdefghijklmnopqrstuvwxyz"]], 5);
    assert.equal(text, "HOST  SAYS\nweb1  abcdefghijkl\n      mnopqrstuvwx\n      yz\n");
  });
});
