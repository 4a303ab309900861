import type { Writable } from 'node:stream';

let corked: Writable[] = [];

/**
 * Holds back what is written to a connection until the event loop has turned, so that it goes out in one piece. When
 * one read brings events for many clients, all have been read before the first is written: writing in between wakes
 * the other side for each of them, which costs more than the rest.
 */
export function corkUntilImmediate(connection: Writable): void {
  if (connection.writableCorked > 0) return;
  connection.cork();
  if (corked.push(connection) === 1) setImmediate(uncork);
}

function uncork(): void {
  const held = corked;
  corked = [];
  for (const connection of held) connection.uncork();
}
