const keyword = { type: "keyword" };
/** Long texts are kept whole but found only by their beginning. */
const long = { type: "keyword", ignore_above: 2048 };
const group = (properties: object) => ({ properties });

/**
 * What an Apache line is indexed as in the ship bench, by whichever shipper: an index of one shard without replica,
 * refreshed every 5 s, that takes no field but these. Ours go to a data stream of our templates and have a few more.
 */
export const benchIndex = {
  settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: "5s" },
  mappings: {
    dynamic: "strict",
    date_detection: false,
    ...group({
      "@timestamp": {
        type: "date",
        format: "strict_date_optional_time||epoch_millis||dd/MMM/yyyy:HH:mm:ss Z",
      },
      message: { type: "text", norms: false, index_options: "docs" },
      ecs: group({ version: keyword }),
      data_stream: group({ type: keyword, dataset: keyword, namespace: keyword }),
      event: group({
        original: { type: "keyword", index: false, doc_values: false },
        ...{ dataset: keyword, module: keyword, kind: keyword, category: keyword },
        ...{ outcome: keyword, created: { type: "date" } },
      }),
      host: group({ name: keyword }),
      log: group({ offset: { type: "long" }, file: group({ path: keyword }) }),
      source: group({ address: keyword, ip: { type: "ip" } }),
      user: group({ name: keyword }),
      http: group({
        version: keyword,
        request: group({ method: keyword, referrer: long }),
        response: group({
          status_code: { type: "long" },
          body: group({ bytes: { type: "long" } }),
        }),
      }),
      url: group({ original: long, path: long, query: long }),
      user_agent: group({ original: long }),
    }),
  },
} as const;

/** The fields that some of our documents must have; nobody searches `event.original`, and our lines name no user. */
export const benchFields = [
  ...["@timestamp", "ecs.version", "data_stream.dataset", "host.name"],
  ...["event.dataset", "event.module", "event.kind", "event.category", "event.outcome"],
  ...["event.created", "log.offset", "log.file.path", "source.address", "source.ip"],
  ...["http.version", "http.request.method", "http.request.referrer"],
  ...["http.response.status_code", "http.response.body.bytes"],
  ...["url.original", "url.path", "url.query", "user_agent.original"],
] as const;
