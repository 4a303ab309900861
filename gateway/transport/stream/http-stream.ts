import type { ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import type { AdmittedRequest, AdmissionRejection } from '../../request/admission.js';
import { answerAdmitted, rejectMutation } from '../http/graphql-over-http.js';
import { EventStream, answerAsEvents } from './event-stream.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { MultipartStream } from './multipart.js';
import { admitOperation, executeOperation } from '../core/operation.js';
import { setRateHeaders } from '../http/rate-headers.js';
import type { StreamRequest } from './stream-request.js';
import { sendError } from '../http/respond.js';

/** Executes one operation: sends a subscription as a stream, others in the negotiated media type. */
export async function answerStream(
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
    return answerAdmitted(core, response, { admitted, contentType }, client);
  const refused = 'errors' in admitted ? admitted : undefined;
  setRateHeaders(response, core.admission.rate(client.actor.account), refused?.errors);
  if ('errors' in admitted) return answerRefusal(core, response, admitted);
  if (!isSubscription) return answerAsEvents(core, response, await executeOperation(core, admitted, client));
  const Stream = format === 'multipart' ? MultipartStream : EventStream;
  new Stream(core, response, request).subscribe(admitted, client);
}

/**
 * Errors of the document are the only event of the stream; a rate-limit error is sent as a 429 response
 * instead.
 */
function answerRefusal(
  core: GatewayCore,
  response: ServerResponse,
  { errors, status }: AdmissionRejection,
): void {
  const [first] = errors;
  if (status === 429 && first) return sendError(response, first, 429);
  answerAsEvents(core, response, { errors });
}

function isOf(admitted: AdmittedRequest | AdmissionRejection, kind: OperationTypeNode): boolean {
  return !('errors' in admitted) && admitted.prepared.operation.kind === kind;
}
