import type { ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import type { Release } from '../../../kernel/fairness/fair-queue.js';
import { toGraphQLError } from '../../../protocol/format-errors.js';
import { ProblemError, throwProblem } from '../../../kernel/result.js';
import { ResponseSize } from '../../upstream/call/response-size.js';
import { responseText } from '../../execution/written-data.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { admitOperation, executeOperation } from '../core/operation.js';
import { setRateHeaders } from './rate-headers.js';
import { requestError } from '../core/request-error.js';
import { send } from './respond.js';
import { isRecord } from '../../../kernel/is-record.js';

interface OperationResponse {
  readonly status: number;
  readonly result: ExecutionResult;
}

/**
 * Executes a batch of operations in one HTTP request, as Apollo's clients send it, and sends the list of results
 * in the same order. Operations are admitted and charged separately and run concurrently. Throws BAD_REQUEST and
 * LIMIT_EXCEEDED.
 */
export async function handleBatch(
  core: GatewayCore,
  response: ServerResponse,
  params: readonly unknown[],
  client: AuthenticatedRequest,
): Promise<void> {
  const { batch } = core.limits;
  if (batch <= 1) throwProblem('BAD_REQUEST', 'Batches are disabled: send one operation per request.');
  if (params.length === 0) throwProblem('BAD_REQUEST', 'The batch has no operations.');
  if (params.length > batch)
    throwProblem('LIMIT_EXCEEDED', `A batch may have ${batch} operations, this one has ${params.length}.`, {
      details: { limit: 'batch', maximum: batch },
    });
  const size = new ResponseSize(core.limits.responseBytes);
  const responses = await Promise.all(
    params.map((param) => handleOperation(core, param, { ...client, size })),
  );
  if (response.destroyed) return;
  // 429 only when every operation was rate limited; otherwise each result carries its own errors.
  const allLimited = responses.every(({ status }) => status === 429);
  const errors = allLimited ? responses.flatMap(({ result }) => result.errors ?? []) : [];
  setRateHeaders(response, core.admission.rate(client.actor.account), errors);
  const body = `[${responses.map(({ result }) => responseText(result)).join()}]`;
  send(response, allLimited ? 429 : 200, 'application/json; charset=utf-8', body);
}

async function handleOperation(
  core: GatewayCore,
  params: unknown,
  client: AuthenticatedRequest,
): Promise<OperationResponse> {
  if (!isRecord(params)) return badRequest('An operation of the batch is not a JSON object.');
  const entered = await enterBatch(core, client);
  if ('status' in entered) return entered;
  try {
    return await admitAndExecute(core, params, client);
  } finally {
    entered.release?.();
  }
}

/** Acquires a slot for one operation: the concurrency limit also holds within a batch. */
async function enterBatch(
  core: GatewayCore,
  { actor, signal }: AuthenticatedRequest,
): Promise<{ readonly release: Release | undefined } | OperationResponse> {
  try {
    return { release: await core.operations.enter(actor.account, signal) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { status: 429, result: { errors: [toGraphQLError(error)] } };
  }
}

async function admitAndExecute(
  core: GatewayCore,
  params: Readonly<Record<string, unknown>>,
  client: AuthenticatedRequest,
): Promise<OperationResponse> {
  if (client.signal.aborted) return badRequest('The client has disconnected.');
  const admitted = await admitOperation(core, params, client);
  if ('errors' in admitted) return { status: admitted.status, result: { errors: admitted.errors } };
  if (admitted.prepared.operation.kind === OperationTypeNode.SUBSCRIPTION)
    return badRequest('A subscription cannot be part of a batch.');
  return { status: 200, result: await executeOperation(core, admitted, client) };
}

function badRequest(message: string): OperationResponse {
  return { status: 400, result: { errors: [requestError('BAD_REQUEST', message)] } };
}
