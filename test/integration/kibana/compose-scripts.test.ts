import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "../../helpers/poll.ts";
import { roleDescriptors, type RoleDescriptor } from "../../../src/es/privileges.ts";

const run = promisify(execFile);
const compose = join(import.meta.dirname, "../../../compose");

describe("the set-up scripts of the compose stack", function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "secrets-"));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it("make certificates that the authority vouches for, keys, and other passwords for everyone", async function () {
    // It hands each file to the user of the container that needs it.
    if (process.getuid?.() !== 0) this.skip();
    await makeSecrets(folder);
    const es = join(folder, "elasticsearch");
    await run("openssl", ["verify", "-CAfile", join(es, "ca.crt"), join(es, "http.crt")]);
    const { stdout } = await run("openssl", [
      "x509",
      "-noout",
      "-ext",
      "subjectAltName",
      "-in",
      join(es, "http.crt"),
    ]);
    assert.match(stdout, /DNS:elasticsearch, DNS:localhost, IP Address:127\.0\.0\.1/);

    const known = await readFile(join(folder, "leafwatch/known_hosts"), "utf8");
    for (const host of ["web1", "app1"]) {
      const key = await readFile(join(folder, host, "ssh_host_ed25519_key.pub"), "utf8");
      assert.ok(known.includes(`${host} ${key.split(" ").slice(0, 2).join(" ")}`), host);
    }
    const passwords = await Promise.all(
      ["elastic_password", "kibana_password", "leafwatch_password"].map((name) =>
        readFile(join(folder, "accounts", name), "utf8"),
      ),
    );
    assert.equal(new Set(passwords).size, 3);
    for (const password of passwords) assert.match(password, /^[0-9a-f]{48}\n$/);
    for (const consumer of ["elasticsearch", "kibana", "accounts", "leafwatch", "web1"]) {
      for (const name of await readdir(join(folder, consumer))) {
        const { mode } = await stat(join(folder, consumer, name));
        assert.equal(mode & 0o777, 0o400, `${consumer}/${name}`);
      }
    }
    assert.deepEqual(await readdir(join(folder, "leafwatch")), [
      "ca.crt",
      "elasticsearch_password",
      "id_ed25519",
      "known_hosts",
    ]);
  });

  it("change nothing at a second run", async function () {
    if (process.getuid?.() !== 0) this.skip();
    await makeSecrets(folder);
    const before = await contents(folder);
    await makeSecrets(folder);
    assert.deepEqual(await contents(folder), before);
  });

  it("give Kibana its password and Leafwatch an account with no right too many", async () => {
    for (const name of ["elastic", "kibana", "leafwatch"]) {
      await writeFile(join(folder, `${name}_password`), `${name}-secret\n`);
    }
    await writeFile(join(folder, "ca.crt"), "");
    const requests: { what: string; authorization: string; body: Record<string, unknown> }[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        requests.push({
          what: `${request.method ?? ""} ${request.url ?? ""}`,
          authorization: request.headers.authorization ?? "",
          body: JSON.parse(text) as Record<string, unknown>,
        });
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await run("bash", [join(compose, "make-accounts.sh")], {
        env: {
          ...process.env,
          SECRETS: folder,
          ELASTICSEARCH_URL: `http://127.0.0.1:${port}`,
        },
      });
    } finally {
      server.close();
    }
    assert.deepEqual(
      requests.map(({ what }) => what),
      [
        "POST /_security/user/kibana_system/_password",
        "PUT /_security/role/leafwatch",
        "PUT /_security/user/leafwatch",
      ],
    );
    const elastic = `Basic ${Buffer.from("elastic:elastic-secret").toString("base64")}`;
    for (const { authorization } of requests) assert.equal(authorization, elastic);
    assert.deepEqual(requests[0]?.body, { password: "kibana-secret" });
    const role = requests[1]?.body as unknown as RoleDescriptor;
    assert.doesNotMatch(JSON.stringify(role), /"(all|manage|delete_index|manage_security)"/);
    const { shipper, watcher, reporter } = roleDescriptors("leafwatch");
    const missing = [shipper, watcher, reporter].flatMap(({ indices }) =>
      indices.flatMap(({ names, privileges }) =>
        names.flatMap((name) => privileges.filter((one) => !allows(role, name, one))),
      ),
    );
    assert.deepEqual(missing, []);
    assert.deepEqual(requests[2]?.body["roles"], ["leafwatch"]);
  });
});

describe("the traffic of the compose stack's hosts", function () {
  this.timeout(120_000);

  it("plays visitors, attacks from one address, and Thursdays on which the members log in", async () => {
    const folder = await mkdtemp(join(tmpdir(), "traffic-"));
    // Stand-ins for what it calls: each notes how it was called. Without pauses a day of two seconds is full enough.
    const told = join(folder, "told");
    for (const name of ["curl", "logger", "sleep"]) {
      const note =
        name === "sleep" ? "" : `printf '%s ' ${name} "$@" >>'${told}'; echo >>'${told}'`;
      await writeFile(join(folder, name), `#!/bin/bash\n${note}\n`, { mode: 0o755 });
    }
    const script = join(compose, "host/bin/make-traffic");
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      DAY_SECONDS: "2",
    };
    const child = spawn("bash", [script], { env, stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(child, "exit");
    const signs = [
      /curl .*X-Forwarded-For: 203\.0\.113\.66 .*\/wp-content\/plugins\/p60\/readme\.txt/,
      /curl .*X-Forwarded-For: 203\.0\.113\.66 .*--user \w+:guess40 .*\/login/,
      /logger .*Failed password for invalid user user\d+ from 203\.0\.113\.66/,
      /curl .*--request POST --user (\w+):welcome-\1 .*\/login/,
      /curl .*127\.0\.0\.1\/news\.html/,
    ];
    try {
      await until(
        "all of it was played",
        async () => {
          const text = await readFile(told, "utf8").catch(() => "");
          return signs.every((sign) => sign.test(text));
        },
        90_000,
      );
    } finally {
      child.kill();
      await ended;
      await rm(folder, { recursive: true });
    }
  });
});

/** True when the role may do `privilege` on indices called `name`, itself a name or a pattern. */
function allows({ indices }: RoleDescriptor, name: string, privilege: string): boolean {
  const written = ["create", "create_doc", "index", "delete"].includes(privilege) ? ["write"] : [];
  return indices.some(
    ({ names, privileges }) =>
      [privilege, ...written].some((one) => privileges.includes(one)) &&
      names.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(name)),
  );
}

async function makeSecrets(folder: string): Promise<void> {
  await run("bash", [join(compose, "make-secrets.sh")], {
    env: { ...process.env, SECRETS_ROOT: folder },
  });
}

async function contents(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, await readFile(path, "utf8")] as const;
    });
  return Object.fromEntries(await Promise.all(texts));
}
