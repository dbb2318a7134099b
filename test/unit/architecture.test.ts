import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const base = ["lib", "model"];
const middle = [...base, "es", "kibana", "parse", "enrich"];
const rooms = ["collect", "ship", "watch", "notify", "report", "observe"];

/** Folder of src/ -> the other folders it may import from. Lowest layer first; siblings never import one another. */
const layers: Record<string, readonly string[]> = {
  lib: [],
  model: ["lib"],
  es: base,
  kibana: base,
  parse: base,
  enrich: base,
  ...Object.fromEntries(rooms.map((room) => [room, middle])),
  config: [...middle, ...rooms],
  commands: [...middle, ...rooms, "config", "pipeline.ts"],
};

/** Package -> the only files of src/ that may import it. */
const packageHomes: Record<string, RegExp> = {
  ssh2: /^collect\//,
  nodemailer: /^notify\//,
  pdfkit: /^report\//,
  "node-cron": /^lib\/cron\.ts$/,
};

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const imports = files.flatMap((file) =>
  [...readFileSync(join("src", file), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g)].map(
    ([, target = ""]) => ({ file, target }),
  ),
);

describe("architecture", () => {
  for (const [layer, allowed] of Object.entries(layers)) {
    it(`${layer}/ imports only ${[layer, ...allowed].join(", ")}`, () => {
      const wrong = imports
        .filter(({ file, target }) => file.startsWith(`${layer}/`) && target.startsWith("."))
        .map(({ file, target }) => ({
          file,
          target: relative("src", resolve("src", file, "..", target)),
        }))
        .filter(({ target }) => ![layer, ...allowed].includes(target.split("/")[0] ?? ""));
      assert.deepEqual(wrong, []);
    });
  }

  for (const [name, home] of Object.entries(packageHomes)) {
    it(`${name} is imported only in ${home.source}`, () => {
      const wrong = imports.filter(
        ({ file, target }) =>
          (target === name || target.startsWith(`${name}/`)) && !home.test(file),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it("every folder of src/ has its layer", () => {
    const folders = new Set(files.filter((f) => f.includes("/")).map((f) => f.split("/")[0] ?? ""));
    assert.deepEqual(
      [...folders].filter((folder) => !(folder in layers)),
      [],
    );
  });

  it("only cli.ts touches process.argv, stdout and the exit code", () => {
    const wrong = files.filter(
      (file) =>
        file !== "cli.ts" &&
        /process\.(argv|stdout|exitCode)/.test(readFileSync(join("src", file), "utf8")),
    );
    assert.deepEqual(wrong, []);
  });
});
