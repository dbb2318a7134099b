import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A certificate for 127.0.0.1 and localhost that only its own file vouches for. */
export interface Certificate {
  key: Buffer;
  cert: Buffer;
  /** The file to trust. */
  caFile: string;
}

/** Makes one with openssl in `folder`. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const keyFile = join(folder, "key.pem");
  const caFile = join(folder, "cert.pem");
  const args = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
  ];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  await run("openssl", [...args, ...names, "-keyout", keyFile, "-out", caFile]);
  return { key: await readFile(keyFile), cert: await readFile(caFile), caFile };
}
