import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

interface PlayObject {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
  references: { type: string; id: string; name: string }[];
  originId?: string;
  updated_at?: string;
  [key: string]: unknown;
}

type Failure = { type: string; id: string; error: Record<string, unknown> };

export interface PlayKibanaOptions {
  /** Accepted values of `authorization`; everyone is let in where left out. */
  authorization?: readonly string[];
  tls?: { key: string; cert: string };
  /** Answers every request by itself when it gives something. */
  answer?: (request: {
    method: string;
    path: string;
  }) => { status: number; body: string } | undefined;
  spaces?: readonly string[];
}

/** A Kibana for tests: what it holds, what it was asked, and a hand to change things as a user would. */
export interface PlayKibana extends AsyncDisposable {
  url: string;
  /** `METHOD path` of every request, in order. */
  requests: string[];
  spaces: Set<string>;
  /** Objects of a space by `type:id`. */
  objects(space?: string): Map<string, PlayObject>;
  /** Changes an object as a save in the browser does: contents and stamp. */
  edit(key: string, attributes: Record<string, unknown>, space?: string): void;
  /** How often anything was written or removed. */
  writes: number;
}

/**
 * A play Kibana, no real one: an HTTP server that answers the import, export, delete, data-view and space APIs as
 * Kibana documents them and its source shows (8.12 to 8.19). It knows nothing of what objects mean.
 */
export async function playKibana(options: PlayKibanaOptions = {}): Promise<PlayKibana> {
  const spaces = new Map<string, Map<string, PlayObject>>([["default", new Map()]]);
  for (const space of options.spaces ?? []) spaces.set(space, new Map());
  const requests: string[] = [];
  let clock = Date.parse("2026-11-22T10:00:00Z");
  const stamp = () => new Date((clock += 1000)).toISOString();
  const state = { writes: 0 };

  async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const method = request.method ?? "";
    const url = new URL(request.url ?? "/", "http://kibana");
    const [, inSpace, path = ""] = /^(?:\/s\/([^/]+))?(\/.*)$/.exec(url.pathname) ?? [];
    requests.push(`${method} ${url.pathname}${url.search}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const own = options.answer?.({ method, path });
    if (own) return own;
    const authorization = request.headers.authorization ?? "";
    if (options.authorization && !options.authorization.includes(authorization)) {
      return error(401, "Unauthorized", "missing authentication credentials");
    }
    if (method !== "GET" && !request.headers["kbn-xsrf"]) {
      return error(400, "Bad Request", "Request must contain a kbn-xsrf header.");
    }
    if (path.startsWith("/api/spaces/space")) return spaceApi(method, path, body);
    const space = spaces.get(inSpace ?? "default");
    if (!space) return error(404, "Not Found", `Saved object [space/${inSpace ?? ""}] not found`);
    if (method === "POST" && path === "/api/saved_objects/_import") {
      const file = fileOf(body.toString(), String(request.headers["content-type"]));
      if (!file?.name.endsWith(".ndjson")) {
        return error(400, "Bad Request", "Invalid file extension");
      }
      return importApi(space, file.text, url.searchParams.get("overwrite") === "true");
    }
    if (method === "POST" && path === "/api/saved_objects/_export") return exportApi(space, body);
    const [, view] = /^\/api\/data_views\/data_view\/(.+)$/.exec(path) ?? [];
    const [, type, id] = /^\/api\/saved_objects\/([^/_]+)\/(.+)$/.exec(path) ?? [];
    if (method === "DELETE" && (view ?? id)) {
      const key = view ? `index-pattern:${view}` : `${String(type)}:${String(id)}`;
      if (!space.delete(decodeURIComponent(key))) {
        return error(404, "Not Found", `Saved object [${key}] not found`);
      }
      state.writes++;
      return { status: 200, body: "{}" };
    }
    return error(404, "Not Found", "Not Found");
  }

  function spaceApi(method: string, path: string, body: Buffer) {
    if (method === "GET") {
      const id = path.split("/").at(-1) ?? "";
      return spaces.has(id)
        ? { status: 200, body: JSON.stringify({ id, name: id, disabledFeatures: [] }) }
        : error(404, "Not Found", "Not Found");
    }
    const { id } = JSON.parse(body.toString()) as { id: string };
    if (spaces.has(id))
      return error(409, "Conflict", `A space with the identifier ${id} already exists.`);
    spaces.set(id, new Map());
    state.writes++;
    return { status: 200, body: JSON.stringify({ id, name: id }) };
  }

  function importApi(space: Map<string, PlayObject>, text: string, overwrite: boolean) {
    const lines = text.split("\n").filter((line) => line !== "");
    const objects = lines.map((line) => JSON.parse(line) as PlayObject);
    const known = new Set(objects.map(keyOf));
    for (const object of objects) {
      const version = object["typeMigrationVersion"];
      if (typeof version !== "string")
        return error(500, "Internal Server Error", "An internal server error occurred");
      if (version > "8.9.0")
        return error(
          422,
          "Unprocessable Entity",
          `Document "${object.id}" belongs to a more recent version of Kibana`,
        );
    }
    const errors: Failure[] = [];
    const destinations = new Map<string, string>();
    for (const object of objects) {
      const missing = object.references.filter(
        ({ type, id }) =>
          ["index-pattern", "search"].includes(type) &&
          !known.has(`${type}:${id}`) &&
          !space.has(`${type}:${id}`),
      );
      if (missing.length > 0) {
        const references = missing.map(({ type, id }) => ({ type, id }));
        errors.push({ ...named(object), error: { type: "missing_references", references } });
        continue;
      }
      const origin = object.originId ?? object.id;
      const twin = [...space.values()].find(
        (held) => held.type === object.type && held.id !== object.id && held.originId === origin,
      );
      const inOther = [...spaces.values()].some(
        (other) => other !== space && other.has(keyOf(object)),
      );
      if (space.has(keyOf(object))) {
        if (!overwrite) errors.push({ ...named(object), error: { type: "conflict" } });
      } else if (twin) {
        destinations.set(keyOf(object), twin.id);
        if (!overwrite) {
          errors.push({ ...named(object), error: { type: "conflict", destinationId: twin.id } });
        }
      } else if (inOther) {
        destinations.set(keyOf(object), randomUUID());
      }
    }
    // As in Kibana: results are listed as if written, but with an error nothing is.
    const failed = new Set(errors.map(keyOf));
    const good = objects.filter((object) => !failed.has(keyOf(object)));
    const placed = (type: string, id: string) => destinations.get(`${type}:${id}`) ?? id;
    const successResults = good.map((object) => {
      const destinationId = destinations.get(keyOf(object));
      return { ...named(object), ...(destinationId ? { destinationId } : {}) };
    });
    if (errors.length === 0) {
      for (const object of objects) {
        const id = placed(object.type, object.id);
        const references = object.references.map((reference) => ({
          ...reference,
          id: placed(reference.type, reference.id),
        }));
        const originId = object.originId ?? (id === object.id ? undefined : object.id);
        space.set(`${object.type}:${id}`, {
          ...object,
          id,
          references,
          ...(originId ? { originId } : {}),
          updated_at: stamp(),
        });
        state.writes++;
      }
    }
    return json(200, {
      successCount: good.length,
      success: errors.length === 0,
      warnings: [],
      ...(successResults.length > 0 ? { successResults } : {}),
      ...(errors.length > 0 ? { errors } : {}),
    });
  }

  function exportApi(space: Map<string, PlayObject>, body: Buffer) {
    const { objects } = JSON.parse(body.toString()) as { objects: { type: string; id: string }[] };
    const missing = objects.filter((name) => !space.has(keyOf(name)));
    if (missing.length > 0) {
      const listed = missing.map((name) => ({
        ...name,
        error: { statusCode: 404, error: "Not Found" },
      }));
      return json(400, {
        statusCode: 400,
        error: "Bad Request",
        message: "Error fetching objects to export",
        attributes: { objects: listed },
      });
    }
    return {
      status: 200,
      body: objects.map((name) => JSON.stringify(space.get(keyOf(name)))).join("\n"),
    };
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json", "kbn-name": "play" });
      response.end(body);
    });
  };
  const server: Server = options.tls
    ? createTlsServer(options.tls, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}`,
    requests,
    get spaces() {
      return new Set(spaces.keys());
    },
    get writes() {
      return state.writes;
    },
    objects: (space = "default") => spaces.get(space) ?? new Map<string, PlayObject>(),
    edit(key, attributes, space = "default") {
      const held = spaces.get(space)?.get(key);
      if (!held) throw new Error(`no ${key} in ${space}`);
      Object.assign(held, {
        attributes: { ...held.attributes, ...attributes },
        updated_at: stamp(),
      });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function keyOf({ type, id }: { type: string; id: string }): string {
  return `${type}:${id}`;
}

function named(object: PlayObject) {
  const title = object.attributes["title"] ?? object.attributes["name"];
  return { type: object.type, id: object.id, meta: { title } };
}

function json(status: number, body: object): { status: number; body: string } {
  return { status, body: JSON.stringify(body) };
}

function error(status: number, name: string, message: string): { status: number; body: string } {
  return json(status, { statusCode: status, error: name, message });
}

/** The part `file` of a multipart/form-data body (RFC 7578). */
function fileOf(body: string, contentType: string): { name: string; text: string } | undefined {
  const [, boundary = ""] =
    /^multipart\/form-data; ?boundary="?([^";]+)"?$/.exec(contentType) ?? [];
  for (const part of body.split(`--${boundary}`)) {
    const [head = "", ...rest] = part.split("\r\n\r\n");
    const [, name = ""] = /name="file"; filename="([^"]+)"/.exec(head) ?? [];
    if (name) return { name, text: rest.join("\r\n\r\n").replace(/\r\n$/, "") };
  }
  return undefined;
}
