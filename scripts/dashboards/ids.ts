import { createHash } from "node:crypto";

/**
 * A UUID that follows from `name` alone (RFC 9562 §5.8, version 8), so that the same description gives the same file
 * and a panel keeps its id while it keeps its title.
 */
export function uuidOf(name: string): string {
  const hex = createHash("sha256").update(`leafwatch-dashboards:${name}`).digest("hex");
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
