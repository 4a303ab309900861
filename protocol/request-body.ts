import type { IncomingMessage } from 'node:http';
import { AbortedError } from '../kernel/aborted-error.js';
import { type MaybePromise, mapMaybePromise } from '../kernel/maybe-promise.js';
import { throwProblem } from '../kernel/result.js';

/** Delays the reading of large bodies. */
export interface LargeBodyGate {
  /** Size in bytes from which on a body is large. */
  readonly bytes: number;
  /** Resolves when the rest may be read; rejects when the rest must not be read. */
  readonly enter: () => Promise<void>;
}

/**
 * Reads a request's body as text. Throws LIMIT_EXCEEDED when the body is larger than `limit` bytes; the rest is then read
 * and discarded, so that the sender reads the response. Throws AbortedError when the sender disconnects before the end.
 * With `gate`, reading of a large body pauses until `enter` resolves; without it every body is read without a pause.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  gate?: LargeBodyGate,
): MaybePromise<string> {
  const resolveText = (text: string | undefined) => {
    if (text !== undefined) return text;
    request.resume();
    return throwProblem('LIMIT_EXCEEDED', `The request body may have ${limit} bytes at most.`);
  };
  const length = Number(request.headers['content-length']);
  if (length > limit) return resolveText(undefined);
  // A small body has nearly always arrived with the headers, and is then read synchronously.
  const isThere = request.complete || request.readableLength === length;
  return mapMaybePromise(isThere ? arrived(request, limit) : collect(request, limit, gate), resolveText);
}

/** The body that has arrived; undefined when it is too long. */
function arrived(request: IncomingMessage, limit: number): string | undefined {
  const body = request.read() as Buffer | null;
  if (body === null) return '';
  return body.length <= limit ? body.toString('utf8') : undefined;
}

/** The whole text; undefined when it is too long. Uses listeners: async iteration would cost more than the reading itself. */
function collect(
  request: IncomingMessage,
  limit: number,
  gate: LargeBodyGate | undefined,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let waitsFrom = gate?.bytes ?? Infinity;
    const waitAtGate = (enter: LargeBodyGate['enter']) => {
      waitsFrom = Infinity;
      request.pause();
      enter().then(() => request.resume(), reject);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        if (gate && size >= waitsFrom) waitAtGate(gate.enter);
        return;
      }
      request.off('data', onData);
      resolve(undefined);
    };
    request.on('data', onData);
    request.once('end', () => resolve(textOf(chunks)));
    const leave = () => reject(new AbortedError());
    request.once('error', leave);
    request.once('close', () => {
      if (!request.complete) leave();
    });
  });
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  return (first && chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8');
}
