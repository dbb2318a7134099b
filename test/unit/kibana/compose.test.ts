import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { loadConfig } from "../../../src/config/load.ts";
import { schemaProblems, type Schema } from "../../helpers/json-schema.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/* The part of the Compose Specification that we use, and nothing beside it: a misspelt key is an error. */
const condition = z.enum(["service_healthy", "service_completed_successfully"]);
const build = z.union([
  z.string(),
  z.strictObject({ context: z.string(), args: z.record(z.string(), z.string()).optional() }),
]);
const limit = z.strictObject({ soft: z.int(), hard: z.int() });
const service = z
  .strictObject({
    image: z
      .string()
      .regex(/^[a-z0-9/]+:v?\d+\.\d+\.\d+$/, "an exact version")
      .optional(),
    build: build.optional(),
    hostname: z.string().optional(),
    entrypoint: z.array(z.string()).optional(),
    command: z.array(z.string()).optional(),
    network_mode: z.literal("none").optional(),
    restart: z.enum(["no", "unless-stopped"]),
    init: z.literal(true).optional(),
    depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
    environment: z.record(z.string(), z.string()).optional(),
    volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).optional(),
    ports: z.array(z.string()).optional(),
    ulimits: z.record(z.string(), limit).optional(),
    mem_limit: z
      .string()
      .regex(/^\d+[mg]$/)
      .optional(),
    read_only: z.literal(true).optional(),
    cap_drop: z.tuple([z.literal("ALL")]).optional(),
    security_opt: z.tuple([z.literal("no-new-privileges:true")]).optional(),
    tmpfs: z.array(z.string()).optional(),
    stop_grace_period: z.string().optional(),
    healthcheck: z
      .union([
        z.strictObject({ disable: z.literal(true) }),
        z.strictObject({
          test: z.array(z.string()).min(2),
          interval: z.string(),
          timeout: z.string(),
          start_period: z.string().optional(),
          retries: z.int(),
        }),
      ])
      .optional(),
  })
  .refine(({ image, build }) => (image === undefined) !== (build === undefined), {
    error: "an image or a build, one of them",
  });
const stack = z.strictObject({
  name: z.literal("leafwatch"),
  "x-restart": z.unknown(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

describe("docker-compose.yml", () => {
  const { services, volumes } = stack.parse(parse(read("docker-compose.yml"), { merge: true }));
  const entries = Object.entries(services);

  describe("held against the Compose Specification's own schema", () => {
    const schema = JSON.parse(read("test/fixtures/compose/compose-spec.json")) as Schema;
    const file = () => parse(read("docker-compose.yml"), { merge: true }) as Stack;
    type Stack = Record<string, unknown> & { services: Record<string, Record<string, unknown>> };

    it("is what it allows", () => {
      assert.deepEqual(schemaProblems(schema, file()), []);
    });

    for (const [what, change, expected] of [
      ["a misspelt key", { helthcheck: {} }, /helthcheck is unknown/],
      ["a size that is none", { mem_limit: ["2g"] }, /mem_limit: is no number or string/],
      ["a misspelt condition", { depends_on: { web1: { condition: "healthy" } } }, /condition/],
      ["a port of the wrong kind", { ports: [true] }, /ports/],
      ["one port twice", { ports: ["127.0.0.1:1:1", "127.0.0.1:1:1"] }, /twice/],
      ["a health check without its type", { healthcheck: { tests: ["CMD"] } }, /tests is unknown/],
    ] as const) {
      it(`would not be with ${what}`, () => {
        const wrong = file();
        Object.assign(wrong.services["kibana"] ?? {}, change);
        assert.match(schemaProblems(schema, wrong).join("\n"), expected);
      });
    }
  });

  it("has every service of the trial", () => {
    assert.deepEqual(Object.keys(services).sort(), [
      "accounts",
      "app1",
      "elasticsearch",
      "kibana",
      "leafwatch",
      "leafwatch-setup",
      "mailpit",
      "secrets",
      "web1",
    ]);
  });

  it("opens ports on 127.0.0.1 only, each once", () => {
    const ports = entries.flatMap(([, { ports = [] }]) => ports);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
    const published = ports.map((port) => port.split(":")[1]);
    assert.deepEqual(published.sort(), ["5601", "8025", "9200", "9610"]);
  });

  it("runs Elasticsearch and Kibana of one version, the one that the tests run on", () => {
    assert.equal(services["elasticsearch"]?.image, "elasticsearch:8.19.21");
    assert.equal(services["kibana"]?.image, "kibana:8.19.21");
    assert.equal(services["accounts"]?.image, services["elasticsearch"].image);
  });

  it("uses every volume that it declares and declares every one that it uses", () => {
    const used = entries.flatMap(([, { volumes = [] }]) =>
      volumes.map((mount) => mount.split(":")[0] ?? "").filter((source) => !/^[./]/.test(source)),
    );
    assert.deepEqual([...new Set(used)].sort(), Object.keys(volumes).sort());
  });

  it("mounts files and builds from folders that exist", () => {
    for (const [name, { volumes = [], build }] of entries) {
      for (const mount of volumes.filter((text) => text.startsWith("."))) {
        const [source = ""] = mount.split(":");
        assert.ok(statSync(join(root, source)).isFile(), `${name}: ${source}`);
      }
      if (build === undefined) continue;
      const context = typeof build === "string" ? build : build.context;
      assert.ok(statSync(join(root, context, "Dockerfile")).isFile(), `${name}: ${context}`);
      for (const arg of Object.keys(typeof build === "string" ? {} : (build.args ?? {}))) {
        assert.match(read(`${context}/Dockerfile`), new RegExp(`^ARG ${arg}\\b`, "m"));
      }
    }
  });

  it("waits for services that exist, and by the condition that fits them", () => {
    for (const [name, { depends_on = {} }] of entries) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const target = services[other];
        assert.ok(target, `${name} waits for ${other}`);
        const endsByItself = target.restart === "no";
        assert.equal(condition === "service_completed_successfully", endsByItself, other);
      }
    }
  });

  it("lets `up --wait` end: what ends by itself is waited for by another", () => {
    const waitedFor = new Set(
      entries.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on)),
    );
    for (const [name, { restart }] of entries) {
      if (restart === "no") assert.ok(waitedFor.has(name), name);
    }
  });

  it("knows of every lasting service whether it is healthy", () => {
    for (const [name, { restart, healthcheck, build }] of entries) {
      if (restart === "no") continue;
      if (healthcheck) assert.ok("test" in healthcheck, name);
      else {
        const context = typeof build === "string" ? build : (build?.context ?? "none");
        assert.match(read(`${context}/Dockerfile`), /^HEALTHCHECK /m, name);
      }
    }
  });

  it("runs Leafwatch without rights: no root, nothing to write, no capability", () => {
    for (const name of ["leafwatch", "leafwatch-setup"]) {
      const { read_only, cap_drop, security_opt } = services[name] ?? {};
      assert.ok(read_only && cap_drop && security_opt, name);
    }
    const stages = read("Dockerfile").split(/^FROM /m);
    assert.match(stages.at(-1) ?? "", /^USER 10001:10001$/m);
  });

  it("copies into the image only what is there and not left out", () => {
    const kept = new Set(
      [...read(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path),
    );
    const copied = [...read("Dockerfile").matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(
      ([, words = ""]) => words.split(" ").slice(0, -1),
    );
    for (const path of copied) {
      assert.ok(kept.has(path), `.dockerignore leaves ${path} out`);
      assert.ok(statSync(join(root, path)), path);
    }
  });

  it("gives Leafwatch the variables, files and hosts that its config names", () => {
    const config = read("compose/leafwatch.yml");
    for (const name of ["leafwatch", "leafwatch-setup"]) {
      for (const [, variable = ""] of config.matchAll(/\$\{env:(\w+)\}/g)) {
        assert.ok(variable in (services[name]?.environment ?? {}), `${name}: ${variable}`);
      }
    }
    const given = /^give \$leafwatch_uid leafwatch (.+)$/m.exec(read("compose/make-secrets.sh"));
    const files = new Set(given?.[1]?.split(" ").map((file) => file.split("=")[0]));
    for (const [, file = ""] of config.matchAll(/\/run\/leafwatch\/([\w.]+)/g)) {
      assert.ok(files.has(file), file);
    }
    for (const [, host = ""] of config.matchAll(/address: (\S+)|host: (\w+),/g)) {
      if (host) assert.ok(host in services, host);
    }
  });

  it("brings a config that Leafwatch accepts, with the members that the hosts play", async () => {
    const folder = mkdtempSync(join(tmpdir(), "compose-"));
    try {
      const path = join(folder, "leafwatch.yml");
      const text = read("compose/leafwatch.yml")
        .replaceAll("/run/leafwatch/", `${folder}/`)
        .replaceAll("/etc/leafwatch/", `${join(root, "compose")}/`)
        .replaceAll("/app/rules", join(root, "rules"))
        .replaceAll("${env:LEAFWATCH_ELASTICSEARCH_USER}", "leafwatch");
      writeFileSync(path, text);
      for (const file of ["elasticsearch_password", "ca.crt", "id_ed25519", "known_hosts"])
        writeFileSync(join(folder, file), "x");
      const { check_in } = await loadConfig(path);
      assert.equal(check_in?.weekday, "thursday");
      const roster = read("compose/members.txt")
        .split("\n")
        .filter((line) => /^\w/.test(line));
      const played = /^members=\((.+)\)$/m.exec(read("compose/host/bin/make-traffic"))?.[1];
      assert.deepEqual(roster, played?.split(" "));
      const known = /^for member in (.+); do$/m.exec(read("compose/host/bin/prepare-host"))?.[1];
      assert.deepEqual(roster, known?.split(" "));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has scripts that bash understands", () => {
    const scripts = [
      "scripts/compose-smoke.sh",
      "compose/make-secrets.sh",
      "compose/make-accounts.sh",
      ...readdirSync(join(root, "compose/host/bin")).map((name) => `compose/host/bin/${name}`),
    ];
    for (const script of scripts) {
      assert.match(read(script), /^#!\/bin\/bash\n(.*\n)*set -[eu]*uo? ?pipefail$/m, script);
      execFileSync("bash", ["-n", join(root, script)]);
      assert.ok((statSync(join(root, script)).mode & 0o111) !== 0, `${script} is executable`);
    }
  });

  it("is known to the smoke test by its ports and services", () => {
    const smoke = read("scripts/compose-smoke.sh");
    for (const [, port = ""] of smoke.matchAll(/127\.0\.0\.1:(\d+)/g)) {
      assert.ok(entries.some(([, { ports = [] }]) => ports.includes(`127.0.0.1:${port}:${port}`)));
    }
    for (const [, name = ""] of smoke.matchAll(/compose exec -T (\w+)/g)) {
      assert.ok(name in services, name);
    }
  });
});
