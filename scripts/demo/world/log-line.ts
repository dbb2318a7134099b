/** One line that a host of the demo writes. */
export interface LogLine {
  host: HostName;
  /** The live path on the host, or the channel of the event log. */
  path: string;
  /** `event.dataset` of the document that it must become. */
  dataset: Dataset;
  /** When it happens, epoch milliseconds. */
  time: number;
  /** Without its line end. In an event log `{record}` stands for the number that the log will give it. */
  line: string;
  /** True where no parser can take it: its writer was cut off. */
  torn?: true;
}

export type HostName = "web1" | "web2" | "app1" | "dc1";

/** `leafwatch.dead_letter` stands for a line that Elasticsearch is to refuse. */
export type Dataset = (typeof logs)[keyof typeof logs]["dataset"] | "leafwatch.dead_letter";

/**
 * What becomes of a log's old lines: `numbered` `.1`, `.2.gz` …; `dated` `-20261122`, `-20261115.gz` …;
 * `extension` the same before the extension, `access-20261115.log.gz`; `new-file` the server itself begins a new one
 * each week; `channel` an event log, no file at all.
 */
export type Rotation = "numbered" | "dated" | "extension" | "new-file" | "channel";

interface LogOfHost {
  host: HostName;
  /** As the config names it: a path, a glob or a channel. */
  path: string;
  dataset: string;
  rotation: Rotation;
}

/** The logs of each host. */
export const logs = {
  access: {
    host: "web1",
    path: "/var/log/apache2/access.log",
    dataset: "apache.access",
    rotation: "numbered",
  },
  error: {
    host: "web1",
    path: "/var/log/apache2/error.log",
    dataset: "apache.error",
    rotation: "numbered",
  },
  courses: {
    host: "web2",
    path: "/var/log/nginx/access.log",
    dataset: "nginx.access",
    rotation: "extension",
  },
  coursesError: {
    host: "web2",
    path: "/var/log/nginx/error.log",
    dataset: "nginx.error",
    rotation: "extension",
  },
  auth: { host: "app1", path: "/var/log/auth.log", dataset: "system.auth", rotation: "dated" },
  app: { host: "app1", path: "/var/log/leafapp/app.log", dataset: "json", rotation: "dated" },
  security: { host: "dc1", path: "Security", dataset: "windows.security", rotation: "channel" },
  intranet: {
    host: "dc1",
    path: "C:/inetpub/logs/LogFiles/W3SVC1/u_ex*.log",
    dataset: "iis.access",
    rotation: "new-file",
  },
} as const satisfies Record<string, LogOfHost>;

/** The log that a line belongs to. */
export function logNamed({ host, path }: Pick<LogLine, "host" | "path">): LogOfHost | undefined {
  const all: readonly LogOfHost[] = Object.values(logs);
  return all.find((log) => {
    const [begin = "", end] = log.path.split("*");
    const matches =
      end === undefined ? path === log.path : path.startsWith(begin) && path.endsWith(end);
    return log.host === host && matches;
  });
}

/** Makes a part of the world's lines. */
export type Emit = (line: LogLine) => void;

/** The instant of a line, and of which log it is. */
export function lineOf(
  { host, path, dataset }: (typeof logs)[keyof typeof logs],
  time: number,
  line: string,
): LogLine {
  return { host, path, dataset, time: Math.floor(time), line };
}
