import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { FairQueue } from '../../../kernel/fairness/fair-queue.js';
import type { Json } from '../kinds/object.js';
import { encodeItems, encodeListHead, envelope } from '../schema/encode-protobuf.js';
import { CONTENT_TYPES, yamlOf } from './answer-format.js';
import type { Media } from './representation.js';
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
  readonly media: Media;
}

/** How a list is written in parts. */
interface ListFormat {
  readonly opening: string;
  readonly separator: string;
  readonly closing: string;
  item(item: unknown): string;
}

function jsonFormat(rest: Json, list: string): ListFormat {
  const opening = `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(list)}:[`;
  return { opening, separator: ',', closing: ']}', item: (item) => JSON.stringify(item) };
}

function yamlFormat(rest: Json, list: string): ListFormat {
  return { opening: `${list}:\n`, separator: '', closing: yamlOf(rest), item: (item) => yamlOf([item]) };
}

/**
 * Writes lists in parts, one part of one list per turn of the event loop and accounts in rotation, so that other
 * requests are handled between parts. Waits for slow clients, so that at most one part per list is buffered.
 */
export class ListWriter {
  private readonly parts = new FairQueue({ perFlow: 1, maxWaiting: Number.POSITIVE_INFINITY, total: 1 });

  async send(response: ServerResponse, account: string, answer: ListResponse): Promise<void> {
    if (answer.media === 'protobuf') return this.sendProtobuf(response, account, answer);
    const { status, body, list, media } = answer;
    const { [list]: rawItems, ...rest } = body;
    const items = rawItems as readonly unknown[];
    const format = media === 'yaml' ? yamlFormat(rest, list) : jsonFormat(rest, list);
    const { opening, separator, closing } = format;
    let sink: Writable = response;
    for (let at = 0; at < items.length && !response.destroyed;) {
      const isTaken = await this.parts.run(account, async () => {
        const part = nextPart(items, at, format);
        const text = `${at === 0 ? opening : separator}${part.text}${part.end === items.length ? closing : ''}`;
        if (at === 0) sink = begin(response, { status, media, text, share: part.end / items.length });
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

  /** Encodes a list in parts. It is sent as a whole, because its length stands before it. */
  private async sendProtobuf(response: ServerResponse, account: string, answer: ListResponse): Promise<void> {
    const { status, body } = answer;
    const items = body['items'] as readonly unknown[];
    const parts = [encodeListHead(body)];
    for (let at = 0; at < items.length && !response.destroyed; at += MAX_OBJECTS)
      await this.parts.run(account, async () => {
        parts.push(encodeItems(body, items.slice(at, at + MAX_OBJECTS)));
        await turn();
      });
    if (response.destroyed) return;
    const bytes = envelope(body, parts);
    response
      .writeHead(status, { 'content-type': CONTENT_TYPES.protobuf, 'content-length': bytes.length })
      .end(bytes);
  }
}

interface Part {
  readonly status: number;
  readonly media: Media;
  readonly text: string;
  /** The share of the list that it has. */
  readonly share: number;
}

/** Sends the headers, with the content length if the first part is the whole response; returns where the parts go. */
function begin(response: ServerResponse, { status, media, text, share }: Part): Writable {
  const headers = { 'content-type': CONTENT_TYPES[media] };
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

/** Returns the text of the objects for one turn, and the index after them. */
function nextPart(
  items: readonly unknown[],
  from: number,
  { item: textOf, separator }: ListFormat,
): { readonly text: string; readonly end: number } {
  const texts: string[] = [];
  for (let characters = 0; characters < MAX_CHARACTERS && texts.length < MAX_OBJECTS;) {
    const item = items[from + texts.length];
    if (item === undefined) break;
    const text = textOf(item);
    characters += text.length;
    texts.push(text);
  }
  return { text: texts.join(separator), end: from + texts.length };
}

/** The field of a body with a list of more than one object, which is written in parts. */
export function longListField(body: unknown): ListResponse['list'] | undefined {
  const { items, rows } = Object(body) as { items?: unknown; rows?: unknown };
  if (Array.isArray(items) && items.length > 1) return 'items';
  return Array.isArray(rows) && rows.length > 1 ? 'rows' : undefined;
}
