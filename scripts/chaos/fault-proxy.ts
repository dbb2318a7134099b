import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy on loopback that can do what networks do. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Resets every connection. */
  cut(): void;
  /** Resets the next connection, or one that is there, after so many bytes from the server. */
  cutAfter(bytes: number): void;
  /** While true, nothing passes, and nobody is told (a half-open connection). */
  stall(on: boolean): void;
  /** While true, nobody gets in, and those who are in are cut. */
  refuse(on: boolean): void;
}

export async function startFaultProxy(to: { host: string; port: number }): Promise<FaultProxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let refusing = false;
  let stalled = false;
  let budget = Infinity;
  const proxy = createServer((client) => {
    if (refusing) {
      reset(client);
      return;
    }
    const server = connect(to.port, to.host);
    const pair = { client, server };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client
      .on("error", end)
      .on("close", end)
      .on("data", (chunk) => {
        if (!server.write(chunk)) client.pause();
      });
    server.on("drain", () => {
      if (!stalled) client.resume();
    });
    server
      .on("error", end)
      .on("close", end)
      .on("data", (chunk) => {
        budget -= chunk.length;
        if (budget < 0) {
          client.write(chunk.subarray(0, chunk.length + budget));
          budget = Infinity;
          reset(client);
          return;
        }
        if (!client.write(chunk)) server.pause();
      });
    client.on("drain", () => {
      if (!stalled) server.resume();
    });
    if (stalled) pause(pair, true);
  });
  const pause = ({ client, server }: { client: Socket; server: Socket }, on: boolean) => {
    for (const socket of [client, server]) {
      if (on) socket.pause();
      else socket.resume();
    }
  };
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const cut = () => {
    for (const { client, server } of pairs) {
      reset(client);
      server.destroy();
    }
  };
  return {
    port: (proxy.address() as AddressInfo).port,
    cut,
    cutAfter(bytes) {
      budget = bytes;
    },
    stall(on) {
      stalled = on;
      for (const pair of pairs) pause(pair, on);
    },
    refuse(on) {
      refusing = on;
      if (on) cut();
    },
    async [Symbol.asyncDispose]() {
      proxy.close();
      cut();
    },
  };
}

/** A reset of a socket that is already being shut down leaves Node 20 with a handle that no exit gets rid of. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
