import type { Writable } from 'node:stream';

let corked: Writable[] = [];

/**
 * Corks a connection until the next turn of the event loop, so that all writes of this turn are sent in one system call.
 * When one read returns events for many clients, each client then gets its events in one write. Separate writes would wake
 * the process of the client once per event, which costs more than all other work of an event.
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
