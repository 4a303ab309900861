import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { FairQueue } from '../../../kernel/fairness/fair-queue.js';
import type { Json } from '../kinds/object.js';
import { compressedTo, isCompressed } from '../../http/compress.js';
import { waitForDrain } from '../../http/wait-for-drain.js';

/** Maximum number of objects that all lists together write in one turn of the event loop. */
const MAX_OBJECTS = 20;
/** Length of JSON after which the next object waits for another turn: about a millisecond of work. */
const MAX_CHARACTERS = 128 * 1024;

/** A response whose field `list` is a list. */
export interface ListResponse {
  readonly status: number;
  readonly body: Json;
  readonly list: 'items' | 'rows';
}

/**
 * Writes lists in parts, one part of one list per turn of the event loop and accounts in rotation, so that other
 * requests are handled between parts. Waits for slow clients, so that at most one part per list is buffered.
 */
export class ListWriter {
  private readonly parts = new FairQueue({ perFlow: 1, maxWaiting: Number.POSITIVE_INFINITY, total: 1 });

  async send(response: ServerResponse, account: string, { status, body, list }: ListResponse): Promise<void> {
    const { [list]: rawItems, ...rest } = body;
    const items = rawItems as readonly unknown[];
    const opening = `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(list)}:[`;
    let sink: Writable = response;
    for (let at = 0; at < items.length && !response.destroyed;) {
      const isTaken = await this.parts.run(account, async () => {
        const part = nextPart(items, at);
        const text = `${at === 0 ? opening : ','}${part.text}${part.end === items.length ? ']}' : ''}`;
        if (at === 0) sink = begin(response, status, { text, share: part.end / items.length });
        at = part.end;
        // Write bytes: Node.js would encode a string twice, to count its bytes and to write it.
        const writable = sink.write(Buffer.from(text));
        if (at === items.length) sink.end();
        // The slot is released in the next turn.
        await turn();
        return writable;
      });
      if (!isTaken) await waitForDrain(sink);
    }
  }
}

interface Part {
  readonly text: string;
  /** The share of the list that it has. */
  readonly share: number;
}

/** Sends the headers, with the content length if the first part is the whole response; returns where the parts go. */
function begin(response: ServerResponse, status: number, { text, share }: Part): Writable {
  const headers = { 'content-type': 'application/json' };
  // The length of all parts is estimated by the first.
  if (isCompressed(response.req, text.length / share)) {
    response.writeHead(status, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    return compressedTo(response);
  }
  response.writeHead(status, {
    ...headers,
    ...(share === 1 && { 'content-length': Buffer.byteLength(text) }),
  });
  return response;
}

/** Returns the JSON of the objects for one turn, and the index after them. */
function nextPart(items: readonly unknown[], from: number): { readonly text: string; readonly end: number } {
  const texts: string[] = [];
  for (let characters = 0; characters < MAX_CHARACTERS && texts.length < MAX_OBJECTS;) {
    const item = items[from + texts.length];
    if (item === undefined) break;
    const text = JSON.stringify(item);
    characters += text.length;
    texts.push(text);
  }
  return { text: texts.join(','), end: from + texts.length };
}

/** The field of a body with a list of more than one object, which is written in parts. */
export function longListField(body: unknown): ListResponse['list'] | undefined {
  const { items, rows } = Object(body) as { items?: unknown; rows?: unknown };
  if (Array.isArray(items) && items.length > 1) return 'items';
  return Array.isArray(rows) && rows.length > 1 ? 'rows' : undefined;
}
