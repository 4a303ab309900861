import type { RequestOptions } from 'node:http';
import { isJson, type Json } from '../kinds/object.js';
import { nestsTooDeeply } from '../kinds/nesting.js';
import { exchange, reasonOf } from './exchange.js';
import type { WebhookServer } from './webhook-connection.js';

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
  const answer = await exchange({
    ...call,
    request: requestOf(call),
    maxAnswer: MAX_ANSWER,
    connect: () => server.connect(),
  }).catch((error: unknown) => {
    throw new FailedCallError(`Post ${JSON.stringify(shownUrl)}: ${reasonOf(error)}`);
  });
  if (answer.status < 200 || answer.status > 299)
    throw new FailedCallError(statusText(answer.status, answer.body));
  return parse(answer.body);
}

function requestOf({ server: { url }, body, timeoutSeconds }: WebhookCall): RequestOptions {
  return {
    method: 'POST',
    host: url.hostname,
    path: `${url.pathname}?timeout=${timeoutSeconds}s`,
    headers: {
      host: url.host,
      accept: 'application/json, */*',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'kube-apiserver-admission',
    },
  };
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
    if (isJson(answer) && !nestsTooDeeply(answer)) return answer;
  } catch {
    // The same error as for other JSON.
  }
  throw new FailedCallError("couldn't get version/kind; json parse error: the answer is no JSON object");
}
