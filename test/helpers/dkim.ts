import { createHash, createVerify } from "node:crypto";

/** What a receiver finds out about a mail's signature. */
export interface DkimResult {
  bodyHash: boolean;
  signature: boolean;
  /** The signed header fields, in lower case. */
  signed: string[];
  domain: string;
  selector: string;
}

/** Verifies the first DKIM-Signature of a mail (RFC 6376, rsa-sha256, relaxed/relaxed) against a key in PEM. */
export function verifyDkim(raw: Buffer, publicKey: string): DkimResult {
  const text = raw.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const fields = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((line) => ({ name: line.slice(0, line.indexOf(":")).toLowerCase(), line }));
  const own = fields.find(({ name }) => name === "dkim-signature");
  if (!own) throw new Error("the mail is not signed");
  const tags = new Map(
    own.line
      .slice(own.line.indexOf(":") + 1)
      .replace(/\s+/g, "")
      .split(";")
      .filter(Boolean)
      .map((tag) => [tag.slice(0, tag.indexOf("=")), tag.slice(tag.indexOf("=") + 1)]),
  );
  const tag = (name: string) => tags.get(name) ?? "";
  if (tag("v") !== "1" || tag("a") !== "rsa-sha256" || tag("c") !== "relaxed/relaxed")
    throw new Error(`another kind of signature: ${own.line}`);
  const body = text
    .slice(end + 4)
    .split("\r\n")
    .map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""))
    .join("\r\n")
    .replace(/(\r\n)*$/, "\r\n");
  const bodyHash = createHash("sha256").update(body, "latin1").digest("base64") === tag("bh");
  const signed = tag("h").toLowerCase().split(":");
  // Of fields that occur several times the last is taken first (§5.4.2); one that is not there counts as nothing.
  const left = [...fields];
  const parts = signed.flatMap((name) => {
    const at = left.findLastIndex((field) => field.name === name);
    return at < 0 ? [] : left.splice(at, 1).map(({ line }) => `${relaxed(line)}\r\n`);
  });
  const bare = relaxed(own.line).replace(/(;\s*b=)[^;]*/, "$1");
  const signature = createVerify("RSA-SHA256")
    .update([...parts, bare].join(""), "latin1")
    .verify(publicKey, tag("b"), "base64");
  return { bodyHash, signature, signed, domain: tag("d"), selector: tag("s") };
}

/** A header field in relaxed form (§3.4.2), without its line end. */
function relaxed(line: string): string {
  const colon = line.indexOf(":");
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ");
  return `${line.slice(0, colon).trim().toLowerCase()}:${value.trim()}`;
}
