import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { FairQueue } from '../../../kernel/fairness/fair-queue.js';
import type { Json } from '../kinds/object.js';
import { drained } from '../../http/drained.js';

/** Objects that are written in one turn of the event loop, of all lists together. */
const AT_ONCE = 20;
/** Characters of their JSON beyond which the next object waits for another turn: about a millisecond of work. */
const CHARACTERS = 128 * 1024;

/** An answer whose field `list` is a list. */
export interface ListAnswer {
  readonly status: number;
  readonly body: Json;
  readonly list: 'items' | 'rows';
}

/**
 * Writes lists in parts, one part of one list in each turn of the event loop, accounts taking turns: others are answered in
 * between, however many lists are asked for, and however large their objects are. Waits for a client that reads slowly, so
 * that no more than a part of its list waits in memory.
 */
export class ListWriter {
  private readonly parts = new FairQueue({ perFlow: 1, maxWaiting: Number.POSITIVE_INFINITY, total: 1 });

  async send(response: ServerResponse, account: string, { status, body, list }: ListAnswer): Promise<void> {
    const { [list]: given, ...rest } = body;
    const items = given as readonly unknown[];
    const opening = `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(list)}:[`;
    for (let at = 0; at < items.length && !response.destroyed;) {
      const isTaken = await this.parts.run(account, async () => {
        const part = partOf(items, at);
        const text = `${at === 0 ? opening : ','}${part.text}${part.end === items.length ? ']}' : ''}`;
        if (at === 0) writeHead(response, status, part.end === items.length ? text : undefined);
        at = part.end;
        // As bytes: of a text Node.js counts them first, and makes them when it writes.
        const taken = response.write(Buffer.from(text));
        if (at === items.length) response.end();
        // The place is given back in the next turn.
        await turn();
        return taken;
      });
      if (!isTaken) await drained(response);
    }
  }
}

/** Says how long the answer is when its first part is all of it. */
function writeHead(response: ServerResponse, status: number, whole: string | undefined): void {
  const length = whole === undefined ? {} : { 'content-length': Buffer.byteLength(whole) };
  response.writeHead(status, { 'content-type': 'application/json', ...length });
}

/** The next objects as JSON, as many as a turn writes, and where those behind them begin. */
function partOf(items: readonly unknown[], from: number): { readonly text: string; readonly end: number } {
  const texts: string[] = [];
  for (let characters = 0; characters < CHARACTERS && texts.length < AT_ONCE;) {
    const item = items[from + texts.length];
    if (item === undefined) break;
    const text = JSON.stringify(item);
    characters += text.length;
    texts.push(text);
  }
  return { text: texts.join(','), end: from + texts.length };
}

/** The field of a body that is a list of more than one object: it is written in parts. */
export function longList(body: unknown): ListAnswer['list'] | undefined {
  const { items, rows } = Object(body) as { items?: unknown; rows?: unknown };
  if (Array.isArray(items) && items.length > 1) return 'items';
  return Array.isArray(rows) && rows.length > 1 ? 'rows' : undefined;
}
