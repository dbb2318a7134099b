import { AppError } from "../lib/errors.ts";

/** Everything that runs through `sudo -n`. */
const programs = ["/usr/bin/stat", "/usr/bin/ls", "/usr/bin/tail", "/usr/bin/journalctl"];

/** True when `words` are what sudo says instead of running a command. */
export function isSudoRefusal(words: string): boolean {
  return /^(.*: )?sudo: .*(password is required|a terminal is required|not allowed)/m.test(words);
}

/** `what` was to be read on `host` through sudo, which would not let `user`. */
export function sudoRefused(host: string, what: string, user: string): AppError {
  return new AppError("SUDO_REFUSED", `${host}: ${what}: sudo asks for a password or refuses`, {
    hint: `let the account run it: visudo -f /etc/sudoers.d/leafwatch, with the line: ${user} ALL=(root) NOPASSWD: ${programs.join(", ")}`,
  });
}
