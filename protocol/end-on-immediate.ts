import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { encodingOf } from './text-encoding.js';

/** A response with its whole body. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** Maximum of milliseconds for which a response waits, however long the turn of the event loop takes. */
const PATIENCE = 1;

let waiting: (() => void)[] = [];
/** When the first of them was queued, by the clock of `performance`. */
let since = 0;

/**
 * Sends a response in the next turn of the event loop, together with all others of this turn: a reader on the same host is
 * woken by the first write and then finds the others, instead of being woken by each. Corking the connections
 * (cork-until-immediate.ts) is not enough: `end` of a response uncorks its connection.
 */
export function endOnImmediate(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': bytes });
  const now = performance.now();
  if (waiting.push(() => response.end(body, encodingOf(body, bytes))) === 1) {
    since = now;
    setImmediate(end);
  } else if (now - since > PATIENCE) end();
}

function end(): void {
  const ended = waiting;
  waiting = [];
  for (const end of ended) end();
}
