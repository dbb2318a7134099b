import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFile, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2 from "ssh2";
import { startFaultProxy } from "../../../scripts/chaos/fault-proxy.ts";
import { createSshKeys } from "../../../scripts/demo/ssh-keys.ts";
import { createHosts } from "../../../src/collect/host.ts";
import { hostOptions } from "../../../src/collect/host-options.ts";
import { parseSshConfig } from "../../../src/collect/ssh-config.ts";
import { SshConnection } from "../../../src/collect/ssh.ts";
import type { SshDeps } from "../../../src/collect/ssh-connect.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { until } from "../../helpers/poll.ts";
import { freePort, hasSshd, startSshd, type Sshd } from "../../helpers/sshd.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const run = promisify(execFile);

describe("what an SSH server allows", function () {
  this.timeout(60_000);
  const patience = () => AbortSignal.timeout(30_000);

  before(function () {
    if (!hasSshd()) this.skip();
  });

  async function logOf(sshd: Sshd, text = "line\n"): Promise<string> {
    const path = join(sshd.folder, "a.log");
    await writeFile(path, text);
    return path;
  }
  async function read(sshd: Sshd, path: string, more: Record<string, unknown> = {}) {
    await using host = await openHost(sshd, { once: true, ...more });
    await using some = collecting(host, path);
    await some.ended;
    return some.texts();
  }
  const connectionTo = (
    { user, key }: Pick<Sshd, "user" | "key">,
    port: number,
    fingerprint: string,
    more: Partial<SshDeps> & { name?: string; password?: string } = {},
  ) => {
    const { name = "web1", password, ...deps } = more;
    return new SshConnection(
      {
        ...{ name, address: "127.0.0.1", port, user },
        auth: password === undefined ? { keys: [key] } : { keys: [], password },
        hostKey: { kind: "pinned", fingerprint },
      },
      { log: silentLog, ...deps },
    );
  };
  const fingerprintOf = async (publicKey: string) =>
    (await run("ssh-keygen", ["-l", "-f", publicKey])).stdout.split(" ")[1] ?? "";

  it("finds the pinned key though the server would rather show one of another type", async () => {
    await using folder = await temporaryFolder();
    const rsa = join(folder.path, "rsa");
    await run("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa]);
    await using sshd = await startSshd([`HostKey ${rsa}`]);
    const log = await logOf(sshd);
    for (const key of [`${rsa}.pub`, join(sshd.folder, "host.pub")]) {
      assert.deepEqual(await read(sshd, log, { host_key: await fingerprintOf(key) }), ["line"]);
    }
    await assert.rejects(read(sshd, log, { host_key: `SHA256:${"A".repeat(43)}` }), {
      code: "SSH_HOST_KEY_CHANGED",
      message: /ssh-ed25519/,
    });
  });

  it("reaches more hosts through one jump host than it may open sessions there", async () => {
    await using bastion = await startSshd();
    await using sshd = await startSshd();
    const log = await logOf(sshd);
    const at = ({ port, user, key }: Sshd) => ({
      ...{ address: "127.0.0.1", port, user, poll: "100ms" },
      auth: { key },
    });
    const behind = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        // Another known_hosts makes it another connection.
        const known = join(sshd.folder, `known_hosts${i}`);
        await copyFile(sshd.knownHosts, known);
        return { name: `web${i}`, jump: ["bastion"], known_hosts_file: known, ...at(sshd) };
      }),
    );
    const jump = { name: "bastion", known_hosts_file: bastion.knownHosts, ...at(bastion) };
    await using hosts = await createHosts(
      [jump, ...behind].map((host) => hostOptions.parse(host)),
      { once: false, log: silentLog, maxLineBytes: 1e6, sshConfig: parseSshConfig("") },
    );
    const some = hosts.all.slice(1).map((host) => collecting(host, log));
    // All at once: none may have to wait for another to leave.
    await Promise.all(some.map((one) => one.until(["line"])));
    for (const one of some) await one[Symbol.asyncDispose]();
    assert.equal((await bastion.log()).match(/Accepted publickey/g)?.length, 1);
  });

  it("says what a jump host does not let through, and what it cannot reach", async () => {
    await using closed = await startSshd(["AllowTcpForwarding no"]);
    await using open = await startSshd();
    const nobody = await freePort();
    const through = async (jump: Sshd, port: number) => {
      const pin = await fingerprintOf(join(jump.folder, "host.pub"));
      await using bastion = connectionTo(jump, jump.port, pin, { name: "bastion" });
      const dial = bastion.forward.bind(bastion);
      await using web1 = connectionTo(jump, port, pin, { dial });
      await web1.exec("true", patience());
    };
    await assert.rejects(through(closed, open.port), {
      code: "SSH_JUMP_REFUSED",
      message: `web1 (127.0.0.1:${open.port}): bastion forwards no connection there: open failed`,
      hint: /AllowTcpForwarding .* of bastion/,
    });
    await assert.rejects(through(open, nobody), {
      code: "SSH_UNREACHABLE",
      message: `web1 (127.0.0.1:${nobody}) cannot be reached from bastion: Connection refused`,
      hint: /one that bastion knows/,
    });
  });

  it("names MaxSessions when the server opens no further channel, or none", async () => {
    await using one = await startSshd(["MaxSessions 1"]);
    await using none = await startSshd(["MaxSessions 0"]);
    const log = await logOf(one, `${"x".repeat(1023)}\n`.repeat(100));
    // One is enough for SFTP, and for commands until a file is large.
    assert.equal((await read(one, log)).length, 100);
    for (const [sshd, how] of [
      [one, "exec"],
      [none, "exec"],
      [none, "sftp"],
    ] as const) {
      await assert.rejects(read(sshd, log, { read: how }), {
        code: "SSH_CHANNEL_REFUSED",
        message: "web1: the server opens no channel (open failed)",
        hint: /raise MaxSessions in its sshd_config \(Leafwatch needs up to 8\)/,
      });
    }
  });

  it("uses no more than eight channels, and says when all of them are in use for good", async () => {
    await using sshd = await startSshd();
    const fingerprint = await fingerprintOf(join(sshd.folder, "host.pub"));
    await using connection = connectionTo(sshd, sshd.port, fingerprint, { sessionWaitMs: 200 });
    const open = await Promise.all(
      Array.from({ length: 8 }, () => connection.exec("exec cat", patience())),
    );
    await assert.rejects(connection.exec("exec cat", patience()), {
      code: "SSH_CHANNEL_REFUSED",
      message: "web1: all 8 channels are in use",
      hint: /through a second entry in `hosts:`/,
      retryable: true,
    });
    open[0]?.channel.resume().close();
    await until("one of them is free again", () =>
      connection.exec("exec cat", patience()).then(
        () => true,
        () => false,
      ),
    );
  });

  it("says that there is no common algorithm", async () => {
    await using sshd = await startSshd(["KexAlgorithms sntrup761x25519-sha512@openssh.com"]);
    await assert.rejects(read(sshd, await logOf(sshd)), {
      code: "SSH_NO_COMMON_ALGORITHM",
      message: /^web1 \(127\.0\.0\.1:\d+\): no matching key exchange algorithm/,
    });
  });

  it("says that known_hosts has only keys which nobody can check", async () => {
    await using sshd = await startSshd();
    const known = join(sshd.folder, "dss");
    await writeFile(known, `[127.0.0.1]:${sshd.port} ssh-dss AAAAB3NzaC1kc3M=\n`);
    await assert.rejects(read(sshd, await logOf(sshd), { known_hosts_file: known }), {
      code: "SSH_NO_COMMON_ALGORITHM",
      message: /known_hosts has only keys of the type ssh-dss/,
    });
  });

  it("says that known_hosts cannot be written, before it trusts a new key", async () => {
    await using sshd = await startSshd();
    // Whatever the rights of who runs this, nothing can be written through it.
    const known = join(sshd.folder, "dangling");
    await symlink(join(sshd.folder, "nowhere", "known_hosts"), known);
    const more = { known_hosts_file: known, host_key: "accept-new" };
    await assert.rejects(read(sshd, await logOf(sshd), more), {
      code: "SSH_KNOWN_HOSTS_NOT_WRITABLE",
      message: /^web1: its new key cannot be written to .*dangling/,
      hint: /accept-new needs a known_hosts_file/,
    });
  });

  it("answers a server that asks for user and password by keyboard", async () => {
    const hostKey = createSshKeys();
    const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
      connection
        .on("error", () => undefined)
        .on("authentication", (context) => {
          if (context.method !== "keyboard-interactive") {
            context.reject(["keyboard-interactive"]);
            return;
          }
          const prompts = [
            { prompt: "Login: ", echo: true },
            { prompt: "Password: ", echo: false },
          ];
          context.prompt(prompts, (answers) => {
            if (answers.join(" ") === "leaf swordfish") context.accept();
            else context.reject();
          });
        })
        .on("session", (accept) => {
          accept().on("exec", (acceptExec) => {
            const channel = acceptExec();
            channel.exit(0);
            channel.end();
          });
        });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const login = { user: "leaf", key: "" };
    try {
      const { fingerprint } = hostKey;
      await using good = connectionTo(login, port, fingerprint, { password: "swordfish" });
      await good.exec("true", patience());
      await using bad = connectionTo(login, port, fingerprint, { password: "sturgeon" });
      await assert.rejects(bad.exec("true", patience()), { code: "SSH_LOGIN_REFUSED" });
    } finally {
      server.close();
    }
  });

  it("gives a half-open connection up and comes back", async () => {
    await using sshd = await startSshd();
    await using proxy = await startFaultProxy({ host: "127.0.0.1", port: sshd.port });
    const fingerprint = await fingerprintOf(join(sshd.folder, "host.pub"));
    await using connection = connectionTo(sshd, proxy.port, fingerprint, { keepaliveMs: 100 });
    const { closed } = await connection.sftp(patience());
    proxy.stall(true);
    await until("the silence is noticed", () => closed.aborted);
    proxy.stall(false);
    const again = await connection.sftp(patience());
    assert.equal(again.closed.aborted, false);
  });
});
