import type { ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import type { AdmittedRequest, AdmissionRejection } from '../../request/admission.js';
import { executeAndSend, rejectMutation } from '../http/graphql-over-http.js';
import { EventStream, sendAsEvents } from './event-stream.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { MultipartStream } from './multipart.js';
import { admitOperation, executeOperation } from '../core/operation.js';
import { setRateHeaders } from '../http/rate-headers.js';
import type { StreamRequest } from './stream-request.js';
import { sendError } from '../http/respond.js';

/** Executes one operation: sends a subscription as a stream, others in the negotiated media type. */
export async function handleStream(
  core: GatewayCore,
  response: ServerResponse,
  request: StreamRequest,
  client: AuthenticatedRequest,
): Promise<void> {
  const admitted = await admitOperation(core, request.params, client);
  if (isOf(admitted, OperationTypeNode.MUTATION) && request.method !== 'POST')
    return rejectMutation(response);
  const isSubscription = isOf(admitted, OperationTypeNode.SUBSCRIPTION);
  const { format, otherwise: contentType } = request;
  if (contentType !== undefined && !isSubscription)
    return executeAndSend(core, response, { admitted, contentType }, client);
  const rejected = 'errors' in admitted ? admitted : undefined;
  setRateHeaders(response, core.admission.rate(client.actor.account), rejected?.errors);
  if ('errors' in admitted) return sendRejection(core, response, admitted);
  if (!isSubscription) return sendAsEvents(core, response, await executeOperation(core, admitted, client));
  const Stream = format === 'multipart' ? MultipartStream : EventStream;
  new Stream(core, response, request).subscribe(admitted, client);
}

/**
 * Errors of the document are the only event of the stream; a rate-limit error is sent as a 429 response
 * instead.
 */
function sendRejection(
  core: GatewayCore,
  response: ServerResponse,
  { errors, status }: AdmissionRejection,
): void {
  const [first] = errors;
  if (status === 429 && first) return sendError(response, first, 429);
  sendAsEvents(core, response, { errors });
}

function isOf(admitted: AdmittedRequest | AdmissionRejection, kind: OperationTypeNode): boolean {
  return !('errors' in admitted) && admitted.prepared.operation.kind === kind;
}
