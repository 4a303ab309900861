import type { ServerResponse } from 'node:http';

/** Milliseconds for which a client may read nothing; then its connection is cut. */
const UNREAD_MS = 30_000;

/** Waits until the client has read what waits for it, has left, or is cut because it reads nothing. */
export function drained(response: ServerResponse): Promise<void> {
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
