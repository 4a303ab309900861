import type { ServerResponse } from 'node:http';

/**
 * Bytes that wait for a client's network from which on its connection is cut: nobody reads what it asks for. Streams
 * never come here, they wait when the network is behind; answers to queries that share a connection do not.
 */
export const UNREAD_BYTES = 8 * 1024 * 1024;

/** Cuts a stream over HTTP that has to end, unless its client takes the rest within so many milliseconds. */
export function destroyAfterTimeout(response: ServerResponse, milliseconds: number): void {
  if (response.closed) return;
  const cut = setTimeout(() => response.destroy(), milliseconds);
  response.once('close', () => clearTimeout(cut));
}
