import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { encodingOf } from './text-encoding.js';

/** What a request is answered with. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** Milliseconds for which an answer waits for others at the most, however long the turn lasts. */
const PATIENCE = 1;

let waiting: (() => void)[] = [];
/** When the first of them began to wait, by the clock of `performance`. */
let since = 0;

/**
 * Answers when the event loop has turned, together with all others of that turn: a reader on the same machine is woken
 * by the first write and finds the others, where it would be woken by each. Corking the connections (cork-until-immediate.ts) would
 * not do it: `end` of a response uncorks its own.
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
  for (const answer of ended) answer();
}
