import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import SSHConfig from "ssh-config";
import { AppError, messageOf } from "../lib/errors.ts";

/** What ~/.ssh/config says of one host, as far as we honour it. */
export interface SshConfigEntry {
  hostName?: string;
  user?: string;
  port?: number;
  identityFiles: readonly string[];
  /** `[user@]host[:port]`, in the order in which they are passed. */
  proxyJump: readonly string[];
}

/** Looks a host up by the name that the operator wrote. */
export type SshConfigLookup = (alias: string) => SshConfigEntry;

/** Reads an OpenSSH client config; a missing one says nothing. */
export async function loadSshConfig(path = atHome("~/.ssh/config")): Promise<SshConfigLookup> {
  let text = "";
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      throw new AppError("SSH_CONFIG_UNREADABLE", `${path} cannot be read: ${messageOf(error)}`, {
        hint: "let the account that runs Leafwatch read it, or remove it",
        cause: error,
      });
    }
  }
  return parseSshConfig(text);
}

/** The lookup for the text of a config. `Match exec` is never run. */
export function parseSshConfig(text: string): SshConfigLookup {
  const config = SSHConfig.parse(text);
  return (alias) => {
    const found = config.compute(alias, { ignoreCase: true, matchExec: false });
    const one = (key: string) => [found[key] ?? []].flat()[0];
    const hostName = one("hostname")?.replaceAll("%h", alias);
    const user = one("user");
    const port = Number(one("port"));
    const jump = one("proxyjump");
    return {
      ...(hostName !== undefined && { hostName }),
      ...(user !== undefined && { user }),
      ...(port > 0 && { port }),
      identityFiles: [found["identityfile"] ?? []].flat().map((file) => atHome(file)),
      proxyJump:
        jump === undefined || jump === "none" ? [] : jump.split(",").map((hop) => hop.trim()),
    };
  };
}

/** A path with `~` for the home folder. */
export function atHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path;
}
