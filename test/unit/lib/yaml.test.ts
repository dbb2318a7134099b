import assert from "node:assert/strict";
import { z } from "zod";
import { AppError } from "../../../src/lib/errors.ts";
import { readYaml } from "../../../src/lib/yaml.ts";
import { checkYaml, yamlError } from "../../../src/lib/yaml-problems.ts";

const schema = z.strictObject({
  name: z.string(),
  level: z.enum(["low", "high"]).optional(),
  hosts: z.array(z.strictObject({ address: z.string(), port: z.int().optional() })).optional(),
  logs: z
    .array(
      z.discriminatedUnion("format", [
        z.strictObject({ format: z.literal("apache.access"), path: z.string() }),
        z.strictObject({ format: z.literal("journald"), units: z.array(z.string()).optional() }),
      ]),
    )
    .optional(),
});

async function problems(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const file = await readYaml(text, "a.yml", env);
  return checkYaml(file, schema).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

describe("yaml files", () => {
  const mistakes: [title: string, text: string, expected: string[]][] = [
    [
      "names an unknown key and what was meant",
      "name: a\nlevl: low\n",
      ['2:1 unknown key "levl"; did you mean "level"?'],
    ],
    [
      "points at the key inside a list",
      "name: a\nhosts:\n  - address: b\n    prot: 1\n",
      ['4:5 hosts.0: unknown key "prot"; did you mean "port"?'],
    ],
    [
      "suggests an allowed value",
      "name: a\nlevel: hihg\n",
      ['2:8 level: "hihg" is not one of low, high; did you mean "high"?'],
    ],
    ["says what is missing", "level: low\n", ["1:1 name is missing"]],
    [
      "suggests the kind that was meant",
      "name: a\nlogs:\n  - format: apache.acess\n    path: /a\n",
      ['3:13 logs.0: format "apache.acess" is unknown; did you mean "apache.access"?'],
    ],
    [
      "checks the keys of the kind that is named",
      "name: a\nlogs:\n  - { format: journald, path: /a }\n",
      ['3:25 logs.0: unknown key "path"; known here: format, units'],
    ],
    [
      "reports every problem at once",
      "nme: a\nlevel: 3\n",
      [
        "1:1 name is missing",
        "2:8 level: 3 is not one of low, high",
        '1:1 unknown key "nme"; did you mean "name"?',
      ],
    ],
    [
      "places a syntax error",
      "name: [a\n",
      ["2:1 Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    [
      "names a variable that is not set",
      "name: ${env:NOPE}\n",
      ["1:7 ${env:NOPE}: the environment variable NOPE is not set"],
    ],
    [
      "names a secret file that cannot be read",
      "name: ${file:/no/such}\n",
      ["1:7 ${file:/no/such}: the file /no/such cannot be read"],
    ],
  ];
  for (const [title, text, expected] of mistakes) {
    it(title, async () => {
      assert.deepEqual((await problems(text)).sort(), expected.sort());
    });
  }

  it("fills in secrets inside a string", async () => {
    const file = await readYaml("name: a-${env:X}-b\n", "a.yml", { X: "1" });
    assert.deepEqual(checkYaml(file, schema).value, { name: "a-1-b" });
  });

  it("reads a value that holds ${env:…} after filling literally", async () => {
    const file = await readYaml("name: ${env:X}\n", "a.yml", { X: "${env:Y}", Y: "no" });
    assert.deepEqual(checkYaml(file, schema).value, { name: "${env:Y}" });
  });

  it("sorts the problems of several files by place", () => {
    const error = yamlError(
      "CONFIG_INVALID",
      [
        { file: "b.yml", line: 1, column: 1, message: "x" },
        { file: "a.yml", line: 10, column: 1, message: "y" },
        { file: "a.yml", line: 9, column: 2, message: "z" },
      ],
      "mend them",
    );
    assert.ok(error instanceof AppError);
    assert.equal(error.message, "a.yml:9:2: z\na.yml:10:1: y\nb.yml:1:1: x");
  });
});
