import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Server-sent events as graphql-sse defines them for one operation a connection. */
export const EVENT_STREAM = 'text/event-stream';

export interface SendEventsOptions {
  /** Milliseconds between comments that keep proxies and the reader from giving up. Default 10,000. */
  readonly heartbeat?: number;
  /** When it has aborted, the stream ends without `complete`: the reader knows that there was more to come. */
  readonly cut?: AbortSignal | undefined;
}

/**
 * Sends each value as an event `next`, then `complete`. Waits for the socket to drain before it pulls the next
 * value, so that a slow reader costs no memory. Ends the source when the reader leaves.
 */
export async function sendEvents(
  response: ServerResponse,
  values: AsyncGenerator<unknown, unknown>,
  options: SendEventsOptions = {},
): Promise<void> {
  response.writeHead(200, {
    'content-type': `${EVENT_STREAM}; charset=utf-8`,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => beat(response), options.heartbeat ?? 10_000);
  const left = () => void values.return(undefined);
  response.once('close', left);
  try {
    response.write(':\n\n');
    for await (const value of values) await sendEvent(response, value);
    if (!response.destroyed) response.end(options.cut?.aborted ? '' : 'event: complete\ndata:\n\n');
  } finally {
    clearInterval(heartbeat);
    response.off('close', left);
  }
}

function beat(response: ServerResponse): void {
  if (!response.writableNeedDrain && !response.destroyed) response.write(':\n\n');
}

async function sendEvent(response: ServerResponse, value: unknown): Promise<void> {
  if (response.destroyed) return;
  if (response.write(`event: next\ndata: ${JSON.stringify(value)}\n\n`)) return;
  const gone = new AbortController();
  const close = () => gone.abort();
  response.once('close', close);
  try {
    await once(response, 'drain', { signal: gone.signal });
  } catch {
    // The reader left; the loop above ends with its source.
  } finally {
    response.off('close', close);
  }
}

/** One server-sent event. */
export interface ReceivedEvent {
  readonly event: string;
  readonly data: string;
}

const MAX_EVENT = 16 * 1024 * 1024;

/** Reads server-sent events from a response body. Throws when one is larger than 16 Mi characters. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ReceivedEvent, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    if (rest.length > MAX_EVENT) throw new Error('a server-sent event is too large');
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event) yield event;
    }
  }
  return undefined;
}

function parseEvent(block: string): ReceivedEvent | undefined {
  let event = '';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    else if (line.startsWith('data:')) data += line.slice(5).trimStart();
  }
  return event ? { event, data } : undefined;
}
