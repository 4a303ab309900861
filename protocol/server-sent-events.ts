import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Media type of server-sent events; the events are those of graphql-sse's distinct connections mode. */
export const EVENT_STREAM = 'text/event-stream';

export interface SendEventsOptions {
  /** Milliseconds between comments that keep proxies and the reader from closing the connection. Default 10,000. */
  readonly heartbeat?: number;
  /** When it aborts, the stream ends without `complete`, so that the reader resumes. */
  readonly closing?: AbortSignal | undefined;
}

/**
 * Sends each value as an event `next`, then `complete`. Waits for the socket to drain before it pulls the next
 * value, so that a slow reader costs no memory. Ends the source when the reader disconnects.
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
  const onClose = () => void values.return(undefined);
  response.once('close', onClose);
  try {
    response.write(':\n\n');
    for await (const value of values) await sendEvent(response, value);
    if (!response.destroyed) response.end(options.closing?.aborted ? '' : 'event: complete\ndata:\n\n');
  } finally {
    clearInterval(heartbeat);
    response.off('close', onClose);
  }
}

function beat(response: ServerResponse): void {
  if (!response.writableNeedDrain && !response.destroyed) response.write(':\n\n');
}

async function sendEvent(response: ServerResponse, value: unknown): Promise<void> {
  if (response.destroyed) return;
  if (response.write(`event: next\ndata: ${JSON.stringify(value)}\n\n`)) return;
  const disconnected = new AbortController();
  const close = () => disconnected.abort();
  response.once('close', close);
  try {
    await once(response, 'drain', { signal: disconnected.signal });
  } catch {
    // The reader disconnected; the loop above ends with its source.
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

/**
 * Parses server-sent events from chunks of text. Accepts every line ending of the standard. Unlike the standard and the package
 * eventsource-parser, it also returns events without data: Hot Chocolate and gqlgen end a stream with `event: complete` alone.
 */
export class EventParser {
  private rest = '';

  /** The events that are complete with this chunk. Throws when one is larger than 16 Mi characters. */
  feed(piece: string): ReceivedEvent[] {
    const searched = this.rest.length;
    const text = withoutReturns(this.rest + piece);
    const events: ReceivedEvent[] = [];
    let from = 0;
    // The buffered text contains no complete blank line, but may end with the first of its two line feeds.
    for (
      let end = text.indexOf('\n\n', Math.max(0, searched - 2));
      end >= 0;
      end = text.indexOf('\n\n', from)
    ) {
      const event = parseEvent(text.slice(from, end));
      if (event) events.push(event);
      from = end + 2;
    }
    this.rest = text.slice(from);
    if (this.rest.length > MAX_EVENT) throw new Error('a server-sent event is too large');
    return events;
  }
}

/** Keeps a carriage return at the end of the text: it may be the first half of a line ending. */
function withoutReturns(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?:\n|(?!$))/g, '\n') : text;
}

function parseEvent(block: string): ReceivedEvent | undefined {
  let event = '';
  let data: string | undefined;
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    else if (line.startsWith('data:'))
      data = (data === undefined ? '' : `${data}\n`) + line.slice(line[5] === ' ' ? 6 : 5);
  }
  return event ? { event, data: data ?? '' } : undefined;
}
