import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, realpath, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { createHosts } from "../../../src/collect/host.ts";
import { hostOptions } from "../../../src/collect/host-options.ts";
import { parseSshConfig } from "../../../src/collect/ssh-config.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { startSshHost } from "../../../scripts/demo/ssh-host.ts";
import { createSshKeys } from "../../../scripts/demo/ssh-keys.ts";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { until } from "../../helpers/poll.ts";
import { freePort, hasSshd, startSshd, type Sshd } from "../../helpers/sshd.ts";

const run = promisify(execFile);

describe("entering a host over SSH", function () {
  this.timeout(30_000);
  let sshd: Sshd;
  const opened: AsyncDisposable[] = [];
  let log: string;

  before(async function () {
    if (!hasSshd()) this.skip();
    sshd = await startSshd();
    opened.push(sshd);
    log = join(sshd.folder, "a.log");
    await writeFile(log, "line\n");
  });
  after(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  });

  /** Reads the log once with these options of the host beside those that would do. */
  async function read(more: Record<string, unknown> = {}): Promise<string[]> {
    await using host = await openHost(sshd, { once: true, ...more });
    await using some = collecting(host, log);
    await some.ended;
    return some.texts();
  }
  /** The error that reading ends with, as an operator sees it. */
  async function refusal(more: Record<string, unknown> = {}): Promise<AppError> {
    const error: unknown = await read(more).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof AppError, `expected a refusal, got ${String(error)}`);
    return error;
  }
  const fingerprint = async () =>
    (await run("ssh-keygen", ["-l", "-f", join(sshd.folder, "host.pub")])).stdout.split(" ")[1];

  it("believes a pinned fingerprint and no other", async () => {
    assert.deepEqual(await read({ host_key: await fingerprint() }), ["line"]);
    const wrong = `SHA256:${"A".repeat(43)}`;
    const error = await refusal({ host_key: wrong });
    assert.equal(error.code, "SSH_HOST_KEY_CHANGED");
    assert.ok(
      error.message.includes(wrong) && error.message.includes((await fingerprint()) ?? "-"),
    );
  });

  it("refuses a host that known_hosts does not have, and says how to add it", async () => {
    const file = join(sshd.folder, "empty");
    const error = await refusal({ known_hosts_file: file });
    assert.equal(error.code, "SSH_HOST_KEY_UNKNOWN");
    assert.match(error.hint, /ssh-keyscan -p \d+ 127\.0\.0\.1 >> .*empty/);
  });

  it("refuses a changed key with both fingerprints, also where new ones are accepted", async () => {
    const file = join(sshd.folder, "changed");
    const old = createSshKeys();
    await writeFile(file, `[127.0.0.1]:${sshd.port} ${old.publicKey}\n`);
    for (const host_key of ["known_hosts", "accept-new"]) {
      const error = await refusal({ known_hosts_file: file, host_key });
      assert.equal(error.code, "SSH_HOST_KEY_CHANGED");
      assert.ok(error.message.includes(old.fingerprint));
      assert.ok(error.message.includes((await fingerprint()) ?? "-"));
    }
  });

  it("writes an accepted new key back and then insists on it", async () => {
    const file = join(sshd.folder, "new", "known_hosts");
    assert.deepEqual(await read({ known_hosts_file: file, host_key: "accept-new" }), ["line"]);
    assert.equal(await readFile(file, "utf8"), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    assert.deepEqual(await read({ known_hosts_file: file }), ["line"]);
  });

  it("says that known_hosts cannot be written", async () => {
    const file = join(sshd.folder, "a.log", "known_hosts");
    const error = await refusal({ known_hosts_file: file, host_key: "accept-new" });
    assert.match(error.code, /^SSH_KNOWN_HOSTS_/);
  });

  it("names the login that was refused", async () => {
    const { privateKey } = createSshKeys();
    const key = join(sshd.folder, "stranger");
    await writeFile(key, privateKey, { mode: 0o600 });
    const error = await refusal({ auth: { key } });
    assert.equal(error.code, "SSH_LOGIN_REFUSED");
    assert.match(error.message, /^web1 .* refused the login of /);
  });

  it("names a host that is down", async () => {
    const error = await refusal({ port: await freePort() });
    assert.equal(error.code, "SSH_UNREACHABLE");
    assert.match(error.message, /^web1 \(127\.0\.0\.1:\d+\) cannot be reached/);
  });

  it("uses an encrypted key with its passphrase, and asks for it where it is missing", async () => {
    const key = join(sshd.folder, "locked");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "open sesame", "-f", key]);
    await appendFile(join(sshd.folder, "authorized_keys"), await readFile(`${key}.pub`));
    assert.deepEqual(await read({ auth: { key, passphrase: "open sesame" } }), ["line"]);
    const error = await refusal({ auth: { key } });
    assert.equal(error.code, "SSH_KEY_UNREADABLE");
    assert.match(error.hint, /auth\.passphrase/);
    assert.ok(!(await refusal({ auth: { key, passphrase: "wrong" } })).message.includes("wrong"));
  });

  it("uses the keys of an agent", async () => {
    const socket = join(sshd.folder, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    const before = process.env["SSH_AUTH_SOCK"];
    try {
      process.env["SSH_AUTH_SOCK"] = socket;
      await until("the agent answers", () =>
        run("ssh-add", ["-q", sshd.key]).then(
          () => true,
          () => false,
        ),
      );
      assert.deepEqual(await read({ auth: { agent: true } }), ["line"]);
    } finally {
      if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
      else process.env["SSH_AUTH_SOCK"] = before;
      agent.kill();
      await once(agent, "exit");
    }
  });

  it("uses a password, and says when it is wrong without repeating it", async () => {
    await using host = await startSshHost({ root: sshd.folder, password: "swordfish" });
    const file = join(sshd.folder, "password_hosts");
    await writeFile(file, `${host.knownHostsLine}\n`);
    const more = { port: host.port, user: host.user, known_hosts_file: file };
    await using entered = await openHost(sshd, {
      once: true,
      ...more,
      auth: { password: "swordfish" },
    });
    await using some = collecting(entered, "/a.log");
    await some.ended;
    assert.deepEqual(some.texts(), ["line"]);
    const error = await refusal({ ...more, auth: { password: "sturgeon" } });
    assert.equal(error.code, "SSH_LOGIN_REFUSED");
    assert.ok(!`${error.message} ${error.hint}`.includes("sturgeon"));
  });

  it("goes through two jump hosts", async () => {
    await using first = await startSshd();
    await using second = await startSshd();
    const common = { address: "127.0.0.1", poll: "100ms" };
    const at = ({ port, user, key, knownHosts }: Sshd) => ({
      ...common,
      port,
      user,
      auth: { key },
      known_hosts_file: knownHosts,
    });
    const options = [
      { name: "first", ...at(first) },
      { name: "second", jump: ["first"], ...at(second) },
      { name: "web1", jump: ["second"], ...at(sshd) },
      { name: "web2", jump: ["first", "second"], ...at(sshd) },
    ].map((host) => hostOptions.parse(host));
    await using hosts = await createHosts(options, {
      once: true,
      log: silentLog,
      maxLineBytes: 1e6,
      sshConfig: parseSshConfig(""),
    });
    for (const name of ["web1", "web2"]) {
      const host = hosts.all.find((one) => one.name === name);
      assert.ok(host);
      await using some = collecting(host, log);
      await some.ended;
      assert.deepEqual(some.texts(), ["line"]);
    }
    const entered = async (server: Sshd) =>
      (await server.log()).match(/Accepted publickey/g)?.length;
    // web1 and web2 share the way through `first`; only web2 names both hops itself.
    assert.equal(await entered(first), 1);
  });

  it("takes from ~/.ssh/config what the config leaves out", async () => {
    const config = `Host play*\n HostName 127.0.0.1\n Port ${sshd.port}\n User ${sshd.user}\n IdentityFile ${sshd.key}\n`;
    const options = hostOptions.parse({
      name: "web1",
      address: "play1",
      known_hosts_file: sshd.knownHosts,
    });
    await using hosts = await createHosts([options], {
      once: true,
      log: silentLog,
      maxLineBytes: 1e6,
      sshConfig: parseSshConfig(config),
    });
    const [host] = hosts.all;
    assert.ok(host);
    await using some = collecting(host, log);
    await some.ended;
    assert.deepEqual(some.texts(), ["line"]);
  });

  it("asks the host for its time zone where it may run commands", async function () {
    const target = await realpath("/etc/localtime").catch(() => "");
    const expected = /zoneinfo\/(.+)$/.exec(target)?.[1];
    await using host = await openHost(sshd, { read: "exec" });
    const zone = await host.timezone(AbortSignal.timeout(5000));
    if (expected === undefined) this.skip();
    assert.equal(zone, expected);
    await using silent = await openHost(sshd);
    assert.equal(await silent.timezone(AbortSignal.timeout(5000)), undefined);
  });

  it("says what is missing where the server has no SFTP, or the account no shell", async () => {
    await using bare = await startSshd(["Subsystem other /bin/false", "ForceCommand echo no"]);
    await using plain = await openHost(bare, { once: true });
    await assert.rejects(collecting(plain, log).ended, {
      code: "SSH_SFTP_MISSING",
      hint: /read: exec/,
    });
    await using shell = await openHost(bare, { once: true, read: "exec" });
    await assert.rejects(collecting(shell, log).ended, {
      code: "SSH_SHELL_MISSING",
      hint: /read: sftp/,
    });
  });

  for (const read of ["sftp", "exec", "local"]) {
    it(`names what is no log file, by ${read}: a folder, a device, a pipe and a socket`, async () => {
      const pipe = join(sshd.folder, `pipe-${read}`);
      await run("mkfifo", [pipe]);
      const socket = join(sshd.folder, `socket-${read}`);
      const server = createServer().listen(socket);
      await once(server, "listening");
      for (const path of [sshd.folder, "/dev/null", pipe, socket]) {
        await using host = await openHost(sshd, { once: true, read });
        await assert.rejects(collecting(host, path).ended, {
          code: "FILE_NOT_REGULAR",
          message: `web1: ${path} is not a regular file`,
          hint: /name a file or a glob/,
        });
      }
      server.close();
    });

    it(`is not held up by a pipe among the rotated files, by ${read}`, async () => {
      const live = join(sshd.folder, `piped-${read}.log`);
      await writeFile(live, "live\n");
      await writeFile(`${live}.1`, "rotated\n");
      await run("mkfifo", [`${live}.2`]);
      await using host = await openHost(sshd, { once: true, read });
      await using some = collecting(host, live);
      await some.until(["rotated", "live"]);
    });
  }
});
