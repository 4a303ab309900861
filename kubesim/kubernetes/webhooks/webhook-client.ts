import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Json } from '../kinds/object.js';
import { isJson } from '../kinds/object.js';
import { type WebhookServer, UnreachableError } from './webhook-connection.js';

/** The most bytes of an answer: the base64 of a patch of an object of 3 MiB. */
const MAX_ANSWER = 5 * 1024 * 1024;

/** A call of a webhook. */
export interface WebhookCall {
  readonly server: WebhookServer;
  /** JSON of the AdmissionReview. */
  readonly body: string;
  readonly timeoutSeconds: number;
  /** Milliseconds after which the call is ended, at most `timeoutSeconds`. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The call failed; the message is that of Go's client. */
export class FailedCallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FailedCallError';
  }
}

/** Posts a review to a webhook and returns the answer. Throws FailedCallError. */
export async function post(call: WebhookCall): Promise<Json> {
  const { server, timeoutSeconds } = call;
  const separator = server.shownUrl.includes('?') ? '&' : '?';
  const shownUrl = `${server.shownUrl}${separator}timeout=${timeoutSeconds}s`;
  const { status, body } = await exchange(call).catch((error: unknown) => {
    throw new FailedCallError(`Post ${JSON.stringify(shownUrl)}: ${reasonOf(error)}`);
  });
  if (status < 200 || status > 299) throw new FailedCallError(statusText(status, body));
  return parse(body);
}

/** The call took longer than its webhook allows. */
class TimeoutError extends Error {}

/** The answer of a webhook is longer than it may be. */
class LongAnswerError extends Error {}

async function exchange({ server, body, timeoutSeconds, timeoutMs, signal }: WebhookCall) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const socket = server.connect();
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const aborted = AbortSignal.any([signal, timeout.signal]);
        // A stream in memory may not tell its reader that it was destroyed.
        aborted.addEventListener('abort', () => reject(new TimeoutError()), { once: true });
        const outgoing = httpRequest({
          createConnection: () => socket,
          method: 'POST',
          host: server.url.hostname,
          path: `${server.url.pathname}?timeout=${timeoutSeconds}s`,
          headers: {
            host: server.url.host,
            accept: 'application/json, */*',
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'kube-apiserver-admission',
          },
          signal: aborted,
        });
        outgoing.once('response', resolve).once('error', reject).end(body);
      });
      return { status: response.statusCode ?? 0, body: await textOf(response) };
    } finally {
      socket.destroy();
    }
  } catch (error) {
    throw timeout.signal.aborted ? new TimeoutError() : error;
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new LongAnswerError(`the answer is longer than ${MAX_ANSWER} bytes`);
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

/** A status that is no success as clients of API servers say it. */
function statusText(status: number, body: string): string {
  if (status === 404) return 'the server could not find the requested resource';
  if (status === 429) return 'the server has received too many requests and has asked us to try again later';
  if (status === 503) return 'the server is currently unable to handle the request';
  const text = JSON.stringify(body.slice(0, 2048).trim() || 'unknown');
  if (status >= 500) return `an error on the server (${text}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}

function parse(body: string): Json {
  try {
    const answer: unknown = JSON.parse(body);
    if (isJson(answer)) return answer;
  } catch {
    // The same error as for other JSON.
  }
  throw new FailedCallError("couldn't get version/kind; json parse error: the answer is no JSON object");
}
