import { readFile } from "node:fs/promises";
import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { AppError, isAbort, messageOf } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import type { KibanaOptions } from "./options.ts";

export interface Answer {
  status: number;
  body: string;
}

/** One Kibana, in one of its spaces. */
export interface Kibana {
  /** For messages: the address without user names or passwords. */
  readonly name: string;
  readonly space: string;
  /**
   * Sends a request to the API and gives the answer as it is, whatever its status below 500 except 401 and 403.
   * `path` begins with `/api/`; it is asked in the space unless `everywhere`.
   *
   * @throws KIBANA_UNREACHABLE, KIBANA_NOT_READY (both retryable), KIBANA_TLS, KIBANA_LOGIN_REFUSED,
   *   KIBANA_FORBIDDEN, KIBANA_UNEXPECTED
   */
  call(call: Call, signal: AbortSignal): Promise<Answer>;
}

export interface Call {
  method: "GET" | "POST" | "DELETE";
  path: string;
  everywhere?: boolean;
  /** An object is sent as JSON, a form as multipart/form-data. */
  body?: object | FormData;
}

const timeoutMs = 60_000;

/**
 * A connection to the Kibana of the config. Built on node:http: the built-in `fetch` takes no certificate authority.
 *
 * @throws KIBANA_TLS when the file of `ca` cannot be read
 */
export async function connectKibana(options: KibanaOptions): Promise<Kibana> {
  const base = new URL(options.url);
  const ca = options.ca === undefined ? undefined : await readAuthority(options.ca);
  const prefix = base.pathname.replace(/\/+$/, "");
  const name = `${base.origin}${prefix}`;
  const inSpace = options.space === "default" ? "" : `/s/${options.space}`;
  const authorization = authorizationOf(options);
  return {
    name,
    space: options.space,
    async call({ method, path, everywhere, body }, signal) {
      const payload = await encode(body);
      const answer = await send(
        new URL(`${base.origin}${prefix}${everywhere ? "" : inSpace}${path}`),
        {
          method,
          headers: {
            "kbn-xsrf": "leafwatch",
            accept: "application/json, application/ndjson",
            ...payload.headers,
            ...(authorization ? { authorization } : {}),
          },
          ...(ca ? { ca } : {}),
        },
        payload.bytes,
        signal,
      ).catch((error: unknown) => {
        throw connectionError(name, error);
      });
      refuse(name, path, answer);
      return answer;
    },
  };
}

async function readAuthority(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new AppError("KIBANA_TLS", `kibana.ca: ${file} cannot be read: ${messageOf(cause)}`, {
      hint: "name the PEM file of the authority that signed Kibana's certificate",
      cause,
    });
  });
}

function authorizationOf({ api_key, username, password }: KibanaOptions): string | undefined {
  if (api_key !== undefined) return `ApiKey ${api_key}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
}

async function encode(
  body: Call["body"],
): Promise<{ bytes: Buffer; headers: Record<string, string> }> {
  if (body === undefined) return { bytes: Buffer.alloc(0), headers: {} };
  if (body instanceof FormData) {
    const encoded = new Response(body);
    const bytes = Buffer.from(await encoded.arrayBuffer());
    return {
      bytes,
      headers: {
        "content-type": encoded.headers.get("content-type") ?? "multipart/form-data",
        "content-length": String(bytes.length),
      },
    };
  }
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    bytes,
    headers: { "content-type": "application/json", "content-length": String(bytes.length) },
  };
}

function send(
  url: URL,
  options: RequestOptions,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = start(
      url,
      { ...options, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          resolve({
            status: incoming.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
          });
        });
      },
    );
    outgoing.on("error", (error) => {
      // An aborted request reports an abort whoever asked for it: only ours is a clean stop.
      reject(signal.aborted ? error : isAbort(error) ? new Error("no answer in time") : error);
    });
    outgoing.end(bytes);
  });
}

function connectionError(name: string, error: unknown): unknown {
  if (isAbort(error)) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO)/.test(code)) {
    return new AppError("KIBANA_TLS", `${name}: no trusted TLS connection: ${messageOf(error)}`, {
      hint: "set kibana.ca to the PEM file of the authority that signed Kibana's certificate, and check http or https in kibana.url",
      cause: error,
    });
  }
  return new AppError("KIBANA_UNREACHABLE", `${name}: no connection: ${messageOf(error) || code}`, {
    hint: "check kibana.url and that Kibana runs; everything but the dashboards works without it",
    retryable: true,
    cause: error,
  });
}

function refuse(name: string, path: string, { status, body }: Answer): void {
  const said = reasonOf(body);
  if (status === 401) {
    throw new AppError("KIBANA_LOGIN_REFUSED", `${name}: the login was refused: ${said}`, {
      hint: "check kibana.api_key, or kibana.username and kibana.password",
    });
  }
  if (status === 403) {
    throw new AppError("KIBANA_FORBIDDEN", `${name}: ${path} is not allowed: ${said}`, {
      hint: "the key or user needs the Kibana privileges Dashboard, Discover, Data View Management, Tag Management and Saved Objects Management (all) in this space",
    });
  }
  if (status === 502 || status === 503 || status === 504) {
    throw new AppError("KIBANA_NOT_READY", `${name}: not ready (${status}): ${said}`, {
      hint: "Kibana is starting or has no Elasticsearch: wait, then run setup again",
      retryable: true,
    });
  }
  if (status >= 500 || (status >= 300 && status < 400)) {
    throw new AppError("KIBANA_UNEXPECTED", `${name}: ${path} answered ${status}: ${said}`, {
      hint: "check that kibana.url is Kibana's address with its base path; Kibana's own log says more",
    });
  }
}

/** What an answer says went wrong, in one visible line. */
export function reasonOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (parsed !== null && typeof parsed === "object" && "message" in parsed) {
      return visible(String(parsed.message), 300);
    }
  } catch {
    // Not JSON: a proxy's page or plain text.
  }
  return visible(body.trim(), 120) || "(no text)";
}
