import cliProgress from "cli-progress";
import { Option } from "commander";
import { once } from "node:events";
import { distributions, type EmbeddedVersion, type OnDownload } from "../es/distribution.ts";
import { startElasticsearch } from "../es/local.ts";
import type { AddCommand, Io } from "./io.ts";

interface Options {
  port: number;
  heap: number;
  folder?: string;
  esVersion: EmbeddedVersion;
}

/** `leafwatch elasticsearch`: the embedded server in the foreground, until it is told to stop. */
export const elasticsearchCommand: AddCommand = (program, io) => {
  program
    .command("elasticsearch")
    .description("run a small Elasticsearch on 127.0.0.1 for trying and testing, without Docker")
    .option("--port <port>", "port on 127.0.0.1", Number, 9200)
    .option("--heap <MB>", "heap of the server", Number, 512)
    .option("--folder <path>", "where the indices live; a temporary folder where left out")
    .addOption(
      new Option("--es-version <version>", "version of the server")
        .choices(Object.keys(distributions))
        .default("8.19.21"),
    )
    .action(async ({ port, heap, folder, esVersion }: Options) => {
      await using server = await startElasticsearch(
        {
          port,
          heapMb: heap,
          version: esVersion,
          ...(folder && { folder }),
          onDownload: downloadProgress(io),
        },
        io.signal,
      );
      await io.out(`Elasticsearch ${server.version} answers at ${server.url} (Ctrl-C stops it)\n`);
      if (!io.signal.aborted) await once(io.signal, "abort");
      io.err("stopping Elasticsearch\n");
    });
};

/** Shows a download on stderr: a bar on a terminal, a line every ten percent elsewhere. */
export function downloadProgress(io: Pick<Io, "err" | "terminal">): OnDownload {
  if (io.terminal) {
    const bar = new cliProgress.SingleBar({
      format: "downloading Elasticsearch {bar} {percentage} % of {megabytes} MB",
      clearOnComplete: true,
    });
    return ({ bytes, totalBytes }) => {
      if (!bar.isActive) bar.start(totalBytes, 0, { megabytes: Math.round(totalBytes / 1e6) });
      bar.update(bytes);
      if (bytes >= totalBytes) bar.stop();
    };
  }
  let told = -1;
  return ({ bytes, totalBytes }) => {
    const tenth = Math.floor((10 * bytes) / totalBytes);
    if (tenth === told) return;
    told = tenth;
    io.err(`downloading Elasticsearch: ${10 * tenth} % of ${Math.round(totalBytes / 1e6)} MB\n`);
  };
}
