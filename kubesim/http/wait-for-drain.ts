import type { Writable } from 'node:stream';

/** Milliseconds without progress after which the connection of a client is closed. */
const UNREAD_MS = 30_000;

/** Waits until the client has read the buffered data or the connection is closed. */
export function waitForDrain(response: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed || !response.writableNeedDrain) return resolve();
    const cut = setTimeout(() => response.destroy(), UNREAD_MS);
    const done = () => {
      clearTimeout(cut);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
