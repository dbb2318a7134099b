import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { runParse, type ParseOptions } from "../../../src/commands/parse.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";

async function parse(options: Partial<ParseOptions>, input: string) {
  const texts = { out: "", err: "" };
  await runParse(
    { format: "apache.access", timezone: "UTC", enrich: false, ...options },
    {
      stdin: Readable.from([Buffer.from(input)]),
      out: async (text: string) => {
        texts.out += text;
      },
      err: (text) => {
        texts.err += text;
      },
    },
  );
  const documents = texts.out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EcsEvent | null);
  return { ...texts, documents };
}

const line = '192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"';

describe("leafwatch parse", () => {
  it("writes exactly one line of JSON for each line, null for an empty one", async () => {
    const { documents } = await parse({ host: "web1" }, `${line}\r\n\nnonsense\n${line}`);
    assert.deepEqual(
      documents.map((document) => document?.event.kind ?? null),
      ["event", null, "pipeline_error", "event"],
    );
    assert.equal(documents[0]?.event.original, line);
    assert.equal(documents[0].host?.name, "web1");
    assert.equal(documents[3]?.log?.offset, line.length + 2 + 1 + 9);
  });

  it("writes null for a directive of IIS and reads the lines after it by it", async () => {
    const { documents } = await parse(
      { format: "iis.access" },
      "#Fields: date time c-ip\n2026-11-22 10:00:00 192.0.2.7\n",
    );
    assert.equal(documents[0], null);
    assert.equal(documents[1]?.source?.ip, "192.0.2.7");
  });

  it("takes zone, year and log_format from its flags", async () => {
    const { documents } = await parse(
      { format: "system.auth", timezone: "Europe/Berlin", yearNear: "2020-01-01T00:30:00Z" },
      "Dec 31 23:59:59 web1 sshd[1]: x\n",
    );
    assert.equal(documents[0]?.["@timestamp"], "2019-12-31T22:59:59.000Z");
    const custom = await parse({ logFormat: "%h %>s" }, "192.0.2.7 404\n");
    assert.equal(custom.documents[0]?.http?.response?.status_code, 404);
  });

  it("enriches unless it is told not to", async () => {
    const enriched = await parse({ enrich: true }, line);
    assert.equal(enriched.documents[0]?.user_agent?.name, "curl");
    const plain = await parse({}, line);
    assert.equal(plain.documents[0]?.user_agent?.name, undefined);
  });

  it("explains beside the documents which pattern took a line and which did not", async () => {
    const { err, documents } = await parse(
      { format: "system.auth", explain: true },
      "Nov 22 10:00:00 web1 sshd[1]: Invalid user x from 192.0.2.7 port 1\n",
    );
    assert.equal(documents.length, 1);
    assert.match(err, /no: sshd: Failed METHOD/);
    assert.match(err, /took it: sshd: Invalid user/);
  });

  it("refuses an unknown format with the list, and flags that are none", async () => {
    await assert.rejects(
      parse({ format: "apache.acces" }, ""),
      (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, "PARSE_UNKNOWN_FORMAT");
        assert.match(error.hint ?? "", /did you mean apache\.access\?.*windows\.security/);
        return true;
      },
    );
    await assert.rejects(parse({ timezone: "Mars/Base" }, ""), { code: "PARSE_BAD_OPTION" });
    await assert.rejects(parse({ yearNear: "soon" }, ""), { code: "PARSE_BAD_OPTION" });
  });
});
