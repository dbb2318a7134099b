import type { ClientChannel } from "ssh2";
import { AppError } from "../lib/errors.ts";
import { connectionLost } from "./ssh-errors.ts";
import type { SshConnection } from "./ssh.ts";

/** What comes out of a channel, piece by piece; undefined when the other side has ended it. */
export interface ChannelChunks {
  /** @throws AppError SSH_CONNECTION_LOST when the connection goes down before the channel ends. */
  next(signal: AbortSignal): Promise<Buffer | undefined>;
  /** Closes the channel, whatever is still to come. */
  close(): void;
}

export function channelChunks(
  connection: SshConnection,
  { channel, closed }: { channel: ClientChannel; closed: AbortSignal },
): ChannelChunks {
  const chunks = (channel as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  return {
    async next(signal) {
      try {
        const chunk = await connection.during(closed, chunks.next(), signal);
        return chunk.done ? undefined : chunk.value;
      } catch (error) {
        if (signal.aborted || error instanceof AppError) throw error;
        // The stream broke off: the channel was closed under our hands.
        throw connectionLost(connection.target.name, error);
      }
    },
    close() {
      channel.close();
      void readAway(chunks);
    },
  };
}

/** ssh2 counts a channel as closed only when all that came through it was read. */
async function readAway(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    while ((await chunks.next()).done !== true);
  } catch {
    // It broke off: that is an end, too.
  }
}
