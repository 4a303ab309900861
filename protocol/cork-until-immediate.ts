import type { Writable } from 'node:stream';

let corked: Writable[] = [];

/**
 * Corks a connection until the next turn of the event loop, so that all writes of this turn are sent as one. When one read
 * brings events for many clients, all have been read before the first is written: a write in between would wake the peer
 * for each of them, which costs more than everything else.
 */
export function corkUntilImmediate(connection: Writable): void {
  if (connection.writableCorked > 0) return;
  connection.cork();
  if (corked.push(connection) === 1) setImmediate(uncork);
}

function uncork(): void {
  const sockets = corked;
  corked = [];
  for (const connection of sockets) connection.uncork();
}
