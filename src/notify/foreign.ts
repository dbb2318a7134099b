import { visible } from "../lib/visible.ts";

/**
 * Log text as a mail shows it: nothing invisible, cut to `max`, and no address that a mail program would turn into a
 * link: `http://` becomes `http[:]//`, `www.` becomes `www[.]`.
 */
export function foreign(text: string, max = 200): string {
  // Cut first: a name of a megabyte must not be walked through again and again.
  const cut = text.length > max ? `${text.slice(0, Math.max(0, max - 1))}…` : text;
  return visible(cut)
    .replace(/:\/\//g, "[:]//")
    .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}[.]`)
    .replace(/\b(mailto|javascript|data|tel|sms):/gi, "$1[:]");
}
