import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { encodingOf } from './text-encoding.js';

/** A response with its whole body. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** Maximum time in milliseconds that a response waits; a turn of the event loop may take longer. */
const MAX_WAIT_MS = 1;

let waiting: (() => void)[] = [];
/** `performance.now()` when the first waiting response was queued. */
let since = 0;

/**
 * Sends a response in the next turn of the event loop, together with all other responses of this turn: the first write
 * wakes a client on the same host, which then reads all responses at once, instead of waking for each write. Corking the
 * connections (cork-until-immediate.ts) is not enough, because `end` of a response uncorks its connection.
 */
export function endOnImmediate(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': bytes });
  const now = performance.now();
  if (waiting.push(() => response.end(body, encodingOf(body, bytes))) === 1) {
    since = now;
    setImmediate(end);
  } else if (now - since > MAX_WAIT_MS) end();
}

function end(): void {
  const ended = waiting;
  waiting = [];
  for (const end of ended) end();
}
