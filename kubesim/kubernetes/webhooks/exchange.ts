import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { UnreachableError } from './webhook-connection.js';

/** A request over a connection of its own. */
export interface Exchange {
  readonly request: RequestOptions;
  readonly body?: string;
  /** Milliseconds after which the exchange is ended. */
  readonly timeoutMs: number;
  /** Ends the exchange earlier. */
  readonly signal?: AbortSignal;
  /** The most bytes of the answer. */
  readonly maxAnswer: number;
  connect(): TLSSocket;
}

/** The exchange took longer than it may. */
class TimeoutError extends Error {}

/** The answer is longer than it may be. */
class LongAnswerError extends Error {}

/** Sends a request and reads its whole answer. `reasonOf` has the message of an error. */
export async function exchange(call: Exchange): Promise<{ readonly status: number; readonly body: string }> {
  const { request, body, timeoutMs, signal, maxAnswer } = call;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const socket = call.connect();
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const aborted = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
        // A stream in memory may not tell its reader that it was destroyed.
        aborted.addEventListener('abort', () => reject(new TimeoutError()), { once: true });
        const outgoing = httpRequest({ ...request, createConnection: () => socket, signal: aborted });
        outgoing.once('response', resolve).once('error', reject).end(body);
      });
      return { status: response.statusCode ?? 0, body: await textOf(response, maxAnswer) };
    } finally {
      socket.destroy();
    }
  } catch (error) {
    throw timeout.signal.aborted ? new TimeoutError() : error;
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: IncomingMessage, maxAnswer: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswer) throw new LongAnswerError(`the answer is longer than ${maxAnswer} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** An error of a connection as Go's client says it. */
export function reasonOf(error: unknown): string {
  if (error instanceof TimeoutError) return 'context deadline exceeded';
  if (error instanceof UnreachableError || error instanceof LongAnswerError) return error.message;
  const {
    code = '',
    message,
    address,
    port,
  } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  if (code === 'ECONNREFUSED') return `dial tcp ${address}:${port}: connect: connection refused`;
  if (code === 'ECONNRESET') return 'EOF';
  const unverified = 'tls: failed to verify certificate: x509';
  if (UNKNOWN_AUTHORITY.has(code)) return `${unverified}: certificate signed by unknown authority`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'CERT_HAS_EXPIRED')
    return `${unverified}: ${message}`;
  return message;
}
