/** What is known of a file without reading it. */
export interface FileStat {
  kind: "file" | "directory" | "other";
  size: number;
  /** Epoch milliseconds; whole seconds over SFTP. */
  mtimeMs: number;
  /** What tells it from every other file: device, inode, and its birth where no handle keeps it. SFTP has none. */
  inode?: string;
}

export interface OpenFile {
  /** Of the file that was opened, whatever its name is by now. */
  stat(signal: AbortSignal): Promise<FileStat>;
  /**
   * Its bytes from `from` to its present end, in order, in pieces of any size; reads ahead. With `limit`, no more
   * than that many.
   */
  read(from: number, signal: AbortSignal, limit?: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/**
 * How the files of a host are read: over SFTP, through commands, or on this machine. Names are passed as they are
 * and never interpreted.
 *
 * All of it throws AppError with the codes FILE_NOT_FOUND, FILE_NOT_READABLE, FILE_NOT_REGULAR, FILE_FAILED and those
 * of the connection; each names host and path.
 */
export interface FileAccess {
  /** Follows symbolic links; undefined when there is no such file. */
  stat(path: string, signal: AbortSignal): Promise<FileStat | undefined>;
  /** Names in a folder, without `.` and `..`; undefined when there is no such folder. */
  list(path: string, signal: AbortSignal): Promise<string[] | undefined>;
  open(path: string, signal: AbortSignal): Promise<OpenFile>;
}
