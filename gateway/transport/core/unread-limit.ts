import type { ServerResponse } from 'node:http';

/**
 * Maximum number of unread bytes before the connection is destroyed. Streams never reach it, because they
 * respect backpressure; responses to queries on a shared connection do not.
 */
export const UNREAD_BYTES = 8 * 1024 * 1024;

/** Destroys a response unless its client reads the rest within the given milliseconds. */
export function destroyAfterTimeout(response: ServerResponse, milliseconds: number): void {
  if (response.closed) return;
  const cut = setTimeout(() => response.destroy(), milliseconds);
  response.once('close', () => clearTimeout(cut));
}
