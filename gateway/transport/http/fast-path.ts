import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { responseText } from '../../execution/written-data.js';
import type { GraphRequest } from '../../request/request-preparer.js';
import type { AdmittedRequest, AdmissionRejection } from '../../request/admission.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { minResourceVersionOf } from '../../request/graph-request.js';
import { acceptedType, isLegacy } from './media-type.js';
import { setRateHeaders } from './rate-headers.js';
import { executeOperation } from '../core/operation.js';
import { needsStream } from '../core/request-error.js';
import { send, statusOf } from './respond.js';
import { isRecord } from '../../../kernel/is-record.js';

/** A request for the fast path and the media type of its response. */
export interface FastPathRequest {
  readonly request: GraphRequest;
  readonly contentType: string;
}

const JSON_BODY = /^application\/json(?: *; *charset=utf-8)?$/i;

/** Error codes of well-formed requests with an invalid document. */
const DOCUMENT_CODES = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INVALID_INPUT',
]);

/**
 * Parses the request form that nearly every client sends: a POST of JSON with members of the right types.
 * Returns undefined for everything else, valid or not, which Apollo Server handles.
 */
export function parseFastPathRequest(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  body: unknown,
): FastPathRequest | undefined {
  if (method !== 'POST' || !isRecord(body) || !JSON_BODY.test(headers['content-type'] ?? ''))
    return undefined;
  const contentType = acceptedType(headers.accept);
  const request = contentType === undefined ? undefined : ordinary(body);
  return contentType !== undefined && request ? { request, contentType } : undefined;
}

function ordinary(body: Record<string, unknown>): GraphRequest | undefined {
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || query === '') return undefined;
  if (!isNothingOr(isText, operationName) || !isNothingOr(isRecord, variables)) return undefined;
  if (!isNothingOr(isRecord, extensions)) return undefined;
  const minResourceVersion = minResourceVersionOf({ extensions });
  return { query, operationName: operationName ?? undefined, variables, minResourceVersion };
}

function isNothingOr<T>(is: (value: unknown) => value is T, value: unknown): value is T | null | undefined {
  return value === null || value === undefined || is(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Executes a request on the fast path. Rejects only on a bug. */
export function answerFastPath(
  core: GatewayCore,
  response: ServerResponse,
  { request, contentType }: FastPathRequest,
  client: AuthenticatedRequest,
): MaybePromise<void> {
  return mapMaybePromise(core.admission.admit(request, client.actor), (admitted) =>
    answerAdmitted(core, response, { admitted, contentType }, client),
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
export function answerAdmitted(
  core: GatewayCore,
  response: ServerResponse,
  { admitted, contentType }: AdmissionResult,
  client: AuthenticatedRequest,
): MaybePromise<void> {
  const outcome =
    'errors' in admitted
      ? { status: admitted.status, result: { errors: admitted.errors } }
      : executed(core, admitted, client);
  return mapMaybePromise(outcome, ({ status, result }) => {
    if (response.destroyed) return;
    const told = statusFor(status, result, contentType);
    setRateHeaders(response, core.admission.rate(client.actor.account), result.errors);
    send(response, told, contentType, responseText(result));
  });
}

interface Outcome {
  readonly status: number;
  readonly result: ExecutionResult;
}

function executed(
  core: GatewayCore,
  admitted: AdmittedRequest,
  client: AuthenticatedRequest,
): MaybePromise<Outcome> {
  if (admitted.prepared.operation.kind === OperationTypeNode.SUBSCRIPTION)
    return { status: 400, result: { errors: [needsStream()] } };
  return mapMaybePromise(executeOperation(core, admitted, client), outcomeOf);
}

function outcomeOf(result: ExecutionResult): Outcome {
  const [first] = result.data === undefined ? (result.errors ?? []) : [];
  return first
    ? { status: statusOf(first), result: { errors: result.errors ?? [] } }
    : { status: 200, result };
}

/**
 * With the legacy media type application/json a well-formed request is answered 200 even when its document is
 * invalid: intermediaries also answer with application/json, so its status says nothing about GraphQL (GraphQL
 * over HTTP, 6.4.1).
 */
function statusFor(status: number, { errors }: ExecutionResult, contentType: string): number {
  const ofDocument = errors?.some((error) => DOCUMENT_CODES.has(error.extensions['code'])) ?? false;
  return status === 400 && ofDocument && isLegacy(contentType) ? 200 : status;
}
