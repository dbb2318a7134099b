import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import {
  judgeKey,
  knownAlgorithms,
  knownHostLine,
  parseKnownHosts,
} from "../../../src/collect/known-hosts.ts";

/** A public key as it travels: its type, then something. */
function key(type: string, content: string): Buffer {
  const field = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  return Buffer.concat([field(type), field(content)]);
}
const shown = key("ssh-ed25519", "shown");
const other = key("ssh-ed25519", "other");
const line = (names: string, of = shown, type = "ssh-ed25519") =>
  `${names} ${type} ${of.toString("base64")} comment`;
function hashed(name: string): string {
  const salt = Buffer.from("salt of twenty bytes");
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}

describe("known_hosts", () => {
  const cases: [title: string, text: string, host: string, port: number, status: string][] = [
    ["a plain name", line("web1"), "web1", 22, "known"],
    ["a name in other case", line("web1"), "WEB1", 22, "known"],
    ["one of several names", line("a,web1,10.0.0.1"), "10.0.0.1", 22, "known"],
    ["another host", line("web2"), "web1", 22, "unknown"],
    ["a port", line("[web1]:2222"), "web1", 2222, "known"],
    ["another port", line("[web1]:2222"), "web1", 22, "unknown"],
    ["a name without port for a server on another port", line("web1"), "web1", 2222, "known"],
    [
      "the port's own key before that of the name",
      `${line("web1")}\n${line("[web1]:2222", other)}`,
      "web1",
      2222,
      "changed",
    ],
    ["a hashed name", line(hashed("web1")), "web1", 22, "known"],
    ["a hashed name with port", line(hashed("[web1]:2222")), "web1", 2222, "known"],
    ["a wildcard", line("*.example.org"), "web1.example.org", 22, "known"],
    ["a question mark", line("web?"), "web1", 22, "known"],
    ["a dot that is no wildcard", line("web.1"), "webx1", 22, "unknown"],
    ["a negation", line("*.example.org,!web1.example.org"), "web1.example.org", 22, "unknown"],
    ["a changed key", line("web1", other), "web1", 22, "changed"],
    ["one of several keys", `${line("web1", other)}\n${line("web1")}`, "web1", 22, "known"],
    ["a revoked key", `@revoked ${line("*")}\n${line("web1")}`, "web1", 22, "revoked"],
    [
      "a revoked key of another host",
      `@revoked ${line("web2")}\n${line("web1")}`,
      "web1",
      22,
      "known",
    ],
    [
      "a certificate authority, which vouches for certificates only",
      `@cert-authority ${line("*")}`,
      "web1",
      22,
      "unknown",
    ],
    ["comments, empty lines and CRLF", `# web1\r\n\r\n${line("web1")}\r\n`, "web1", 22, "known"],
    ["lines of another format", `what\nis this\n${line("web1")}`, "web1", 22, "known"],
  ];
  for (const [title, text, host, port, status] of cases) {
    it(`judges by ${title}: ${status}`, () => {
      assert.equal(judgeKey(parseKnownHosts(text), host, port, shown).status, status);
    });
  }

  it("names the known keys where the key has changed", () => {
    const verdict = judgeKey(parseKnownHosts(line("web1", other)), "web1", 22, shown);
    assert.deepEqual(verdict, {
      status: "changed",
      known: ["SHA256:" + createHash("sha256").update(other).digest("base64").slice(0, 43)],
    });
  });

  it("offers only the algorithms of the known keys, RSA with SHA-2 first", () => {
    const entries = parseKnownHosts(
      [line("web1", shown, "ssh-rsa"), `@revoked ${line("web1", other, "ssh-dss")}`].join("\n"),
    );
    assert.deepEqual(knownAlgorithms(entries, "web1", 22), [
      "rsa-sha2-512",
      "rsa-sha2-256",
      "ssh-rsa",
    ]);
    assert.equal(knownAlgorithms(entries, "web2", 22), undefined);
  });

  it("writes a line that it reads back", () => {
    const entries = parseKnownHosts(knownHostLine("Web1", 2222, shown));
    assert.deepEqual(judgeKey(entries, "web1", 2222, shown), { status: "known" });
  });
});
