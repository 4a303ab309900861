import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Json } from '../kinds/object.js';

/** Objects that are written in one turn of the event loop. */
const AT_ONCE = 100;
/** Milliseconds for which a client may read nothing; then its connection is cut. */
const UNREAD_MS = 30_000;

/**
 * Sends an object whose field `name` is a long list, a part of the list in each turn of the event loop, so that others
 * are answered in between. Waits for a client that reads slowly, so that no more than a part waits in memory.
 */
export async function sendList(
  response: ServerResponse,
  status: number,
  body: Json,
  name: string,
): Promise<void> {
  const { [name]: list, ...rest } = body;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.write(`${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(name)}:[`);
  const items = list as readonly unknown[];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const part = items.slice(at, at + AT_ONCE).map((item) => JSON.stringify(item));
    const isTaken = response.write(`${at === 0 ? '' : ','}${part.join(',')}`);
    await (isTaken ? turn() : drained(response));
    if (response.destroyed) return;
  }
  response.end(']}');
}

/** Whether a body has a list that is long enough to be sent in parts: the field's name. */
export function longList(body: unknown): 'items' | 'rows' | undefined {
  const { items, rows } = Object(body) as { items?: unknown; rows?: unknown };
  if (Array.isArray(items) && items.length > AT_ONCE) return 'items';
  return Array.isArray(rows) && rows.length > AT_ONCE ? 'rows' : undefined;
}

/** Waits until the client has read what waits for it, has left, or is cut because it reads nothing. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => response.destroy(), UNREAD_MS);
    const done = () => {
      clearTimeout(cut);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
    if (response.destroyed) done();
  });
}
