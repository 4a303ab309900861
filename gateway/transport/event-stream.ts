import type { ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { sendEvents } from '../../kernel/graph/event-stream.js';
import { mapStream } from '../../kernel/graph/mapped-stream.js';
import type { GraphRequest } from '../plan/prepare.js';
import type { AdmittedRequest, NotAdmitted } from './admission.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';
import { setRateHeaders } from './rate-headers.js';
import { requestError } from './request-error.js';
import { sendError } from './respond.js';

/** Answers one operation as server-sent events, graphql-sse's distinct connections mode. */
export async function answerEventStream(
  core: GatewayCore,
  response: ServerResponse,
  request: GraphRequest & { readonly method: string },
  client: ClientRequest,
): Promise<void> {
  const { account } = client.actor;
  const admitted = await core.admission.admit(request, client.actor);
  const refused = 'errors' in admitted ? admitted : undefined;
  setRateHeaders(response, core.admission.rate(account), refused?.status);
  if ('errors' in admitted) return refuse(response, admitted);
  const { prepared } = admitted;
  const { kind } = prepared.operation;
  if (kind === OperationTypeNode.MUTATION && request.method !== 'POST') {
    return sendError(response, requestError('BAD_REQUEST', 'Mutations need POST.'), 405);
  }
  if (kind !== OperationTypeNode.SUBSCRIPTION) {
    const result = await core.executor.execute(prepared, { ...client, kind, signal: client.gone });
    return stream(response, once(core.admission.settle(admitted, result)));
  }
  return subscribe(core, response, admitted, client);
}

/** What is wrong with the document is the stream's only event; who may not ask now is told so before it begins. */
function refuse(response: ServerResponse, { errors, status }: NotAdmitted): void | Promise<void> {
  const [first] = errors;
  if (status === 429 && first) return sendError(response, first, status);
  return stream(response, once({ errors }));
}

async function subscribe(
  core: GatewayCore,
  response: ServerResponse,
  admitted: AdmittedRequest,
  client: ClientRequest,
): Promise<void> {
  const giveBack = core.connections.take(client.actor.account);
  if (!giveBack)
    return sendError(response, requestError('LIMIT_EXCEEDED', 'The account has too many connections.'), 429);
  core.admission.started(admitted);
  core.meter.subscriptions(1);
  const expired = new AbortController();
  const unwatch = core.expiries.watch(client.actor, () => expired.abort());
  try {
    const signal = AbortSignal.any([client.gone, expired.signal, core.draining]);
    const context = { ...client, kind: OperationTypeNode.SUBSCRIPTION, signal };
    const results = lastWords(core, core.executor.subscribe(admitted.prepared, context), {
      expired: expired.signal,
      client,
    });
    await stream(response, results, { cut: core.draining, sent: () => core.meter.event() });
  } finally {
    core.meter.subscriptions(-1);
    unwatch();
    giveBack();
  }
}

/** The results, then what ended the stream unless it completed. */
async function* lastWords(
  core: GatewayCore,
  results: AsyncGenerator<ExecutionResult, undefined>,
  { expired, client }: { readonly expired: AbortSignal; readonly client: ClientRequest },
): AsyncGenerator<ExecutionResult, undefined> {
  try {
    yield* results;
    if (expired.aborted)
      yield { errors: [requestError('TOKEN_EXPIRED', 'The token has expired. Get a new one.')] };
  } catch (error) {
    yield { errors: [core.mask.error(error, client.requestId)] };
  }
  return undefined;
}

function stream(
  response: ServerResponse,
  results: AsyncGenerator<ExecutionResult, undefined>,
  { cut, sent }: { readonly cut?: AbortSignal; readonly sent?: () => void } = {},
): Promise<void> {
  const events = mapStream(results, (result) => {
    sent?.();
    return result;
  });
  return sendEvents(response, events, { cut });
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult, undefined> {
  yield await Promise.resolve(result);
  return undefined;
}
