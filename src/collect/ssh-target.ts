/** How to reach, trust and enter one host: its config with what ~/.ssh/config adds. */
export interface SshTarget {
  /** `host.name`, for messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly auth: SshAuth;
  readonly hostKey: HostKeyPolicy;
}

/** What to log in with, tried in this order: key files, agent, password (also asked for interactively). */
export interface SshAuth {
  /** Paths of private keys. */
  readonly keys: readonly string[];
  readonly passphrase?: string;
  /** Socket of an agent. */
  readonly agent?: string;
  readonly password?: string;
}

/** Which key of the server is believed. */
export type HostKeyPolicy =
  | { readonly kind: "known_hosts"; readonly file: string; readonly acceptNew: boolean }
  | { readonly kind: "pinned"; readonly fingerprint: string };
