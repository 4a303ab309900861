import type { ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { sendEvents } from '../../kernel/graph/event-stream.js';
import { mapStream } from '../../kernel/graph/mapped-stream.js';
import type { GraphRequest, PreparedRequest } from '../plan/prepare.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';
import { requestError } from './request-error.js';
import { sendError } from './respond.js';

/** Answers one operation as server-sent events, graphql-sse's distinct connections mode. */
export async function answerEventStream(
  core: GatewayCore,
  response: ServerResponse,
  request: GraphRequest & { readonly method: string },
  client: ClientRequest,
): Promise<void> {
  const prepared = core.preparation.prepare(request);
  if ('errors' in prepared) return stream(response, once({ errors: prepared.errors }));
  const { kind } = prepared.operation;
  if (kind === OperationTypeNode.MUTATION && request.method !== 'POST') {
    return sendError(response, requestError('BAD_REQUEST', 'Mutations need POST.'), 405);
  }
  if (kind !== OperationTypeNode.SUBSCRIPTION) {
    const result = await core.executor.execute(prepared, { ...client, kind, signal: client.gone });
    return stream(response, once(result));
  }
  return subscribe(core, response, prepared, client);
}

async function subscribe(
  core: GatewayCore,
  response: ServerResponse,
  prepared: PreparedRequest,
  client: ClientRequest,
): Promise<void> {
  const giveBack = core.connections.take(client.actor.account);
  if (!giveBack)
    return sendError(response, requestError('LIMIT_EXCEEDED', 'The account has too many connections.'), 429);
  const expired = new AbortController();
  const unwatch = core.expiries.watch(client.actor, () => expired.abort());
  try {
    const signal = AbortSignal.any([client.gone, expired.signal, core.draining]);
    const context = { ...client, kind: OperationTypeNode.SUBSCRIPTION, signal };
    const results = lastWords(core, core.executor.subscribe(prepared, context), {
      expired: expired.signal,
      client,
    });
    await stream(response, results, core.draining);
  } finally {
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
  cut?: AbortSignal,
): Promise<void> {
  return sendEvents(
    response,
    mapStream(results, (result) => result),
    { cut },
  );
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult, undefined> {
  yield await Promise.resolve(result);
  return undefined;
}
