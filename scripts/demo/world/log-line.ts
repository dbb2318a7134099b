/** One line that a host of the demo writes. */
export interface LogLine {
  host: HostName;
  /** The live path on the host. */
  path: string;
  /** `event.dataset` of the document that it must become. */
  dataset: Dataset;
  /** When it happens, epoch milliseconds. */
  time: number;
  /** Without its line end. */
  line: string;
}

export type HostName = "web1" | "app1";
export type Dataset = "apache.access" | "apache.error" | "system.auth";

/** The logs of each host, as the config names them. */
export const logs = {
  access: { host: "web1", path: "/var/log/apache2/access.log", dataset: "apache.access" },
  error: { host: "web1", path: "/var/log/apache2/error.log", dataset: "apache.error" },
  auth: { host: "app1", path: "/var/log/auth.log", dataset: "system.auth" },
} as const satisfies Record<string, { host: HostName; path: string; dataset: Dataset }>;

/** Makes a part of the world's lines. */
export type Emit = (line: LogLine) => void;
