import { pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** Who may do what on an embedded server, by files (the small distribution has no user API worth the name). */
export interface LocalSecurity {
  users: readonly { name: string; password: string; roles: readonly string[] }[];
  /** Role name to its descriptor, as `PUT _security/role` takes it. */
  roles?: Readonly<Record<string, object>>;
  /** PEM texts; HTTP without TLS where left out. */
  tls?: { key: string; certificate: string };
}

/** Lines of elasticsearch.yml. */
export function securitySettings(
  security: LocalSecurity | undefined,
): Record<string, string | boolean> {
  if (!security) return { "xpack.security.enabled": false };
  return {
    "xpack.security.enabled": true,
    "xpack.security.enrollment.enabled": false,
    "xpack.security.http.ssl.enabled": security.tls !== undefined,
    ...(security.tls && {
      "xpack.security.http.ssl.key": "http.key",
      "xpack.security.http.ssl.certificate": "http.crt",
    }),
  };
}

/** Files of the config folder: name to content. */
export async function securityFiles(
  security: LocalSecurity | undefined,
): Promise<Record<string, string>> {
  if (!security) return {};
  const users = await Promise.all(
    security.users.map(async ({ name, password }) => `${name}:${await hash(password)}\n`),
  );
  const members = new Map<string, string[]>();
  for (const { name, roles } of security.users) {
    for (const role of roles) members.set(role, [...(members.get(role) ?? []), name]);
  }
  return {
    users: users.join(""),
    users_roles: [...members].map(([role, names]) => `${role}:${names.join(",")}\n`).join(""),
    // JSON is YAML: no second way to write a descriptor is needed.
    "roles.yml": Object.entries(security.roles ?? {})
      .map(([name, role]) => `${name}: ${JSON.stringify(role)}\n`)
      .join(""),
    ...(security.tls && { "http.key": security.tls.key, "http.crt": security.tls.certificate }),
  };
}

/** Node has no bcrypt; the server tells its hashes apart by their prefix. */
async function hash(password: string): Promise<string> {
  const salt = randomBytes(32);
  const key = await promisify(pbkdf2)(password, salt, 10_000, 32, "sha512");
  return `{PBKDF2}10000$${salt.toString("base64")}$${key.toString("base64")}`;
}
