/** ECS names of what Sigma's taxonomy calls otherwise, by log source. */
const web: Readonly<Record<string, string>> = {
  "c-ip": "source.ip",
  "cs-method": "http.request.method",
  "cs-uri": "url.original",
  "cs-uri-stem": "url.path",
  "cs-uri-query": "url.query",
  "cs-host": "url.domain",
  "cs-referer": "http.request.referrer",
  "cs-user-agent": "user_agent.original",
  "cs-username": "user.name",
  "sc-status": "http.response.status_code",
};

export interface SigmaSource {
  product?: string | undefined;
  category?: string | undefined;
  service?: string | undefined;
}

/** Our datasets of a log source, and how its fields are called; a text says why there are none. */
export function sourceOf(
  source: SigmaSource,
): { datasets: string[]; field(name: string): string | undefined } | string {
  const { product, category, service } = source;
  if (
    category === "webserver" ||
    (product !== undefined && ["apache", "nginx"].includes(product))
  ) {
    const all = ["apache.access", "nginx.access", "iis.access"];
    const own = all.filter((name) => product === undefined || name.startsWith(`${product}.`));
    return { datasets: own.length > 0 ? own : all, field: (name) => web[name] };
  }
  if (product === "windows" && service === "security") {
    return {
      datasets: ["windows.security"],
      field: (name) =>
        name === "EventID"
          ? "event.code"
          : /^[A-Za-z]\w*$/.test(name)
            ? `winlog.event_data.${name}`
            : undefined,
    };
  }
  if (product === "linux" && service !== undefined && ["auth", "sshd", "sudo"].includes(service)) {
    return { datasets: ["system.auth", "journald"], field: () => undefined };
  }
  const named = [product, category, service].filter((one) => one !== undefined).join("/");
  return `we read no log source ${named === "" ? "without a name" : named}`;
}
