import type { RemoteShell } from "./remote-shell.ts";

/** The IANA zone of a host's clock; undefined when it cannot be told. */
export async function askTimezone(
  shell: RemoteShell,
  signal: AbortSignal,
): Promise<string | undefined> {
  // TZ does not matter: daemons do not see the environment of our login.
  const { output } = await shell.run(
    "readlink -f /etc/localtime; cat /etc/timezone 2>/dev/null; :",
    signal,
  );
  const [link = "", file = ""] = output.toString("utf8").split("\n");
  const zone = /zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(link)?.[1] ?? file.trim();
  return isZone(zone) ? zone : undefined;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name !== "";
  } catch {
    return false;
  }
}
