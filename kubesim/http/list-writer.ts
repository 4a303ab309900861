import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { FairQueue } from '../../kernel/fair-queue.js';
import type { Json } from '../kinds/object.js';

/** Objects that are written in one turn of the event loop, of all lists together. */
const AT_ONCE = 20;
/** Milliseconds for which a client may read nothing; then its connection is cut. */
const UNREAD_MS = 30_000;

/** An answer whose field `list` is a long list. */
export interface ListAnswer {
  readonly status: number;
  readonly body: Json;
  readonly list: 'items' | 'rows';
}

/**
 * Writes long lists in parts, one part of one list in each turn of the event loop, accounts taking turns: others are
 * answered in between, however many lists are asked for. Waits for a client that reads slowly, so that no more than a part
 * of its list waits in memory.
 */
export class ListWriter {
  private readonly parts = new FairQueue({ perFlow: 1, waiting: Number.POSITIVE_INFINITY, total: 1 });

  async send(response: ServerResponse, account: string, { status, body, list }: ListAnswer): Promise<void> {
    const { [list]: items, ...rest } = body;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.write(`${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(list)}:[`);
    await this.sendItems(response, account, items as readonly unknown[]);
    if (!response.destroyed) response.end(']}');
  }

  private async sendItems(
    response: ServerResponse,
    account: string,
    items: readonly unknown[],
  ): Promise<void> {
    for (let at = 0; at < items.length && !response.destroyed; at += AT_ONCE) {
      const isTaken = await this.parts.run(account, async () => {
        const part = items.slice(at, at + AT_ONCE).map((item) => JSON.stringify(item));
        const taken = response.write(`${at === 0 ? '' : ','}${part.join(',')}`);
        // The place is given back in the next turn.
        await turn();
        return taken;
      });
      if (!isTaken) await drained(response);
    }
  }
}

/** The field of a body that is a list long enough to be written in parts. */
export function longList(body: unknown): ListAnswer['list'] | undefined {
  const { items, rows } = Object(body) as { items?: unknown; rows?: unknown };
  if (Array.isArray(items) && items.length > AT_ONCE) return 'items';
  return Array.isArray(rows) && rows.length > AT_ONCE ? 'rows' : undefined;
}

/** Waits until the client has read what waits for it, has left, or is cut because it reads nothing. */
function drained(response: ServerResponse): Promise<void> {
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
