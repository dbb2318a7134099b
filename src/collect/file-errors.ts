import { AppError } from "../lib/errors.ts";

/** What a system's refusal to read a file comes down to. */
export type FileTrouble = "not_found" | "permission" | "not_regular" | "damaged" | "failed";

/** `path` on `host` could not be read. `cause` keeps the system's own words. */
export function fileError(
  trouble: FileTrouble,
  host: string,
  path: string,
  details: { missingHint?: string; permissionHint?: string; cause?: unknown; words?: string } = {},
): AppError {
  const { cause, words } = details;
  const place = `${host}: ${path}`;
  switch (trouble) {
    case "not_found":
      return new AppError("FILE_NOT_FOUND", `${place} does not exist`, {
        hint: details.missingHint ?? "check `path`; the file is read as soon as it is there",
        cause,
      });
    case "permission":
      return new AppError("FILE_NOT_READABLE", `${place}: permission denied`, {
        hint:
          details.permissionHint ??
          "let the account read it: on Debian and Ubuntu `usermod -aG adm USER`, elsewhere `setfacl -m u:USER:r`; or set `read: sudo` (docs/hosts.md)",
        cause,
      });
    case "not_regular":
      return new AppError("FILE_NOT_REGULAR", `${place} is not a regular file`, {
        hint: "name a file or a glob such as /var/log/apache2/*access.log, not a folder, a pipe or a device",
        cause,
      });
    case "damaged":
      return new AppError("FILE_DAMAGED", `${place} cannot be unpacked: ${words ?? "damaged"}`, {
        hint: "try `gzip -t` on the host; what could be unpacked was read",
        cause,
      });
    case "failed":
      return new AppError(
        "FILE_FAILED",
        `${place} cannot be read: ${words ?? "the host says failure"}`,
        {
          hint: "look at the disk and the system log of the host",
          retryable: true,
          cause,
        },
      );
  }
}

/** True for errors of one file, which say nothing of the host's other files. */
export function isFileError(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith("FILE_");
}
