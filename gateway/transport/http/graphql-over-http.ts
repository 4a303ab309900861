import type { ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode, getOperationAST, parse } from 'graphql';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { responseText } from '../../execution/written-data.js';
import type { AdmittedRequest, AdmissionRejection } from '../../request/admission.js';
import { parseOperation } from '../../request/graph-request.js';
import type { GraphRequest } from '../../request/request-preparer.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { executeOperation } from '../core/operation.js';
import { needsStream, requestError } from '../core/request-error.js';
import { resultStatus } from './http-status.js';
import { acceptedType } from './media-type.js';
import { setRateHeaders } from './rate-headers.js';
import { send, sendError } from './respond.js';

/** A GraphQL over HTTP request. */
export interface HttpRequest {
  readonly method: string;
  /** Parameters of the GraphQL request. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Header `Accept`. */
  readonly accept: string | undefined;
}

/** Executes a GraphQL over HTTP request and sends its response, without a stream. Throws for malformed parameters. */
export function handleGraphQL(
  core: GatewayCore,
  response: ServerResponse,
  { method, params, accept }: HttpRequest,
  client: AuthenticatedRequest,
): MaybePromise<void> {
  const contentType = acceptedType(accept);
  if (contentType === undefined) return sendError(response, notAcceptable(), 406);
  const request = parseOperation(params, core.documents);
  return mapMaybePromise(core.admission.admit(request, client.actor), (admitted) =>
    method !== 'POST' && isMutation(admitted, request)
      ? rejectMutation(response)
      : executeAndSend(core, response, { admitted, contentType }, client),
  );
}

/** The result of admission and the media type of the response. */
export interface AdmissionResult {
  readonly admitted: AdmittedRequest | AdmissionRejection;
  readonly contentType: string;
}

/**
 * Executes an admitted request, or sends the errors of a rejected one. A subscription gets an error that names
 * the streaming transports. Rejects only on a bug.
 */
export function executeAndSend(
  core: GatewayCore,
  response: ServerResponse,
  { admitted, contentType }: AdmissionResult,
  client: AuthenticatedRequest,
): MaybePromise<void> {
  const rejected = 'errors' in admitted ? admitted.status : undefined;
  return mapMaybePromise(resultOf(core, admitted, client), (result) => {
    if (response.destroyed) return;
    setRateHeaders(response, core.admission.rate(client.actor.account), result.errors);
    send(response, resultStatus(result, contentType, rejected), contentType, responseText(result));
  });
}

function resultOf(
  core: GatewayCore,
  admitted: AdmittedRequest | AdmissionRejection,
  client: AuthenticatedRequest,
): MaybePromise<ExecutionResult> {
  if ('errors' in admitted) return { errors: admitted.errors };
  if (admitted.prepared.operation.kind === OperationTypeNode.SUBSCRIPTION) return { errors: [needsStream()] };
  return mapMaybePromise(executeOperation(core, admitted, client), (result) =>
    result.data === undefined && result.errors ? { errors: result.errors } : result,
  );
}

/** Sends the error for a mutation by GET, which crawlers and prefetching may send. */
export function rejectMutation(response: ServerResponse): void {
  response.setHeader('allow', 'POST');
  sendError(response, requestError('BAD_REQUEST', 'Mutations need POST.'), 405);
}

/** Whether a request is a mutation: by GET it gets status 405, even if it has other errors. */
function isMutation(
  admitted: AdmittedRequest | AdmissionRejection,
  { query, operationName }: GraphRequest,
): boolean {
  if (!('errors' in admitted)) return admitted.prepared.operation.kind === OperationTypeNode.MUTATION;
  // Reject rate-limited accounts before parsing.
  if (admitted.status === 429) return false;
  try {
    const operation = getOperationAST(parse(query, { noLocation: true }), operationName);
    return operation?.operation === OperationTypeNode.MUTATION;
  } catch {
    return false;
  }
}

function notAcceptable() {
  return requestError(
    'BAD_REQUEST',
    'The response is application/json or application/graphql-response+json; Accept allows neither.',
  );
}
