/** A file that travels with a mail. With `cid` it is a picture shown in the HTML as `<img src="cid:…">`. */
export interface MailAttachment {
  filename: string;
  /** `application/pdf`, `image/png` … */
  contentType: string;
  content: Uint8Array;
  /** Content-ID without angle brackets. */
  cid?: string;
}

/** A finished mail that is no alert, such as the weekly report: what the outbox sends as it stands. */
export interface PreparedMail {
  /** Names the mail for good, e.g. `report-2026-W47-board`: queueing one id twice sends one mail. */
  id: string;
  /** One line without log text. */
  subject: string;
  text: string;
  html: string;
  attachments: readonly MailAttachment[];
  /** Names of `notify.recipients` in the config. */
  to: readonly string[];
}

/** Writes the mail's outbox row, once however often it is called with the same id; `now` is the sender's clock. */
export type EnqueueMail = (mail: PreparedMail, now: Date, signal: AbortSignal) => Promise<void>;
