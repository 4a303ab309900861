import type { AdmissionRequest } from '../cluster/policies/request.js';
import type { Json } from '../kinds/object.js';
import { ApiError, badRequest, internalError, type StatusDetails } from '../kinds/status.js';
import { type Decision, decisionOf, InvalidAnswerError, questionOf } from './admission-review.js';
import type { Invocation } from './invocation.js';
import { FailedCallError, post } from './webhook-client.js';
import { serverOf, UnreachableError, type WebhookNetwork } from './webhook-connection.js';

/** Calls webhooks for one request. */
export interface Caller {
  readonly network: WebhookNetwork;
  /** Takes warnings of webhooks. */
  readonly warn: (text: string) => void;
  /** When the request has taken too long, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** The webhook could not be called, or its answer is none; the failure policy decides what follows. */
export class CallingWebhookError extends Error {
  constructor(webhook: string, reason: string) {
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${reason}`);
    this.name = 'CallingWebhookError';
  }
}

/** Calls a webhook. Throws ApiError if it denies the request, CallingWebhookError if it does not answer. */
export async function callWebhook(
  caller: Caller,
  invocation: Invocation,
  request: AdmissionRequest,
  mutates: boolean,
): Promise<Decision> {
  const { name, sideEffects = '' } = invocation.webhook;
  if (request.dryRun && !['None', 'NoneOnDryRun'].includes(sideEffects))
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  const decision = await decide(caller, invocation, request, mutates);
  for (const warning of decision.warnings) caller.warn(warning);
  if (!decision.allowed) throw denied(name, decision.status ?? {});
  return decision;
}

async function decide(
  { network, deadline, signal }: Caller,
  invocation: Invocation,
  request: AdmissionRequest,
  mutates: boolean,
): Promise<Decision> {
  const { name, clientConfig, timeoutSeconds = 10 } = invocation.webhook;
  const question = questionOf(invocation, request);
  const left = deadline - performance.now();
  if (left <= 0) throw requestTimeout();
  try {
    const answer = await post({
      server: serverOf(network, clientConfig),
      body: JSON.stringify(question.review),
      timeoutSeconds,
      timeoutMs: Math.min(timeoutSeconds * 1000, left),
      signal,
    });
    return decisionOf(question, answer, mutates);
  } catch (error) {
    if (error instanceof FailedCallError || error instanceof UnreachableError)
      throw new CallingWebhookError(name, `failed to call webhook: ${error.message}`);
    if (error instanceof InvalidAnswerError)
      throw new CallingWebhookError(name, `received invalid webhook response: ${error.message}`);
    throw error;
  }
}

/** The request took longer than all its webhooks together may take. */
export function requestTimeout(): ApiError {
  return new ApiError(504, 'Timeout', 'Timeout: request did not complete within requested timeout', {});
}

/** The error of a webhook's failure; undefined if its policy ignores failures. Other errors are thrown. */
export function failureOf({ webhook }: Invocation, error: unknown): ApiError | undefined {
  if (!(error instanceof CallingWebhookError)) throw error;
  return webhook.failurePolicy === 'Ignore' ? undefined : internalError(error.message);
}

function denied(name: string, { code, reason, message, details }: Json): ApiError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = [message, reason].find((text) => typeof text === 'string' && text !== '');
  return new ApiError(
    typeof code === 'number' && code >= 400 && code < 600 ? code : 400,
    typeof reason === 'string' ? reason : '',
    why === undefined ? `${by} without explanation` : `${by}: ${String(why)}`,
    details as StatusDetails | undefined,
  );
}
