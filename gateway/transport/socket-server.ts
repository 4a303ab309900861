import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { type Context, type ServerOptions, type SubscribePayload, makeServer } from 'graphql-ws';
import { Refused } from '../../kernel/result.js';
import type { PreparedRequest } from '../plan/prepare.js';
import type { CallContext } from '../execute/call-context.js';
import type { GatewayCore } from './gateway-core.js';
import { requestError } from './request-error.js';
import { CloseSocket, type SocketSession, closeCodes } from './socket-session.js';

/** What graphql-ws carries for us from the subscribe message to the executor. */
interface SocketOperation {
  readonly prepared: PreparedRequest;
  readonly call: CallContext;
}

type SocketContext = Context<Record<string, unknown> | undefined, SocketSession>;

/** graphql-transport-ws on the gateway's own pipeline. */
export function createSocketServer(core: GatewayCore, schema: GraphQLSchema) {
  const options: ServerOptions<Record<string, unknown> | undefined, SocketSession> = {
    connectionInitWaitTimeout: core.limits.connectionInitTimeout,
    onConnect: (context) => identify(context),
    onSubscribe: (context, id, payload) => subscribe(core, schema, context, { id, payload }),
    execute: (args) => execute(core, args),
    subscribe: (args) => core.executor.subscribe(operationOf(args).prepared, operationOf(args).call),
    onComplete: ({ extra }, id) => extra.end(id),
    onError: ({ extra }, id, _payload, errors) => {
      extra.end(id);
      return errors.map((error) => publicError(core, error));
    },
  };
  return makeServer(options);
}

async function identify({ extra, connectionParams }: SocketContext): Promise<void> {
  try {
    await extra.identify(connectionParams);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const expired = error.problems[0]?.code === 'TOKEN_EXPIRED';
    throw expired
      ? new CloseSocket(closeCodes.forbidden, 'Token expired')
      : new CloseSocket(closeCodes.unauthorized, 'Unauthorized');
  }
}

function subscribe(
  core: GatewayCore,
  schema: GraphQLSchema,
  { extra, subscriptions }: SocketContext,
  { id, payload }: { readonly id: string; readonly payload: SubscribePayload },
): ExecutionArgs | readonly GraphQLError[] {
  const { operationsPerSocket } = core.limits;
  if (Object.keys(subscriptions).length > operationsPerSocket) {
    return [requestError('LIMIT_EXCEEDED', `A WebSocket may run ${operationsPerSocket} operations at once.`)];
  }
  const prepared = core.preparation.prepare(payload);
  if ('errors' in prepared) return prepared.errors;
  const { actor, requestId, gone } = extra.begin(id);
  const call: CallContext = { actor, requestId, kind: prepared.operation.kind, signal: gone };
  const operation: SocketOperation = { prepared, call };
  return {
    schema,
    document: prepared.operation.document,
    operationName: payload.operationName ?? null,
    contextValue: operation,
  };
}

function execute(core: GatewayCore, args: ExecutionArgs): Promise<ExecutionResult> {
  const { prepared, call } = operationOf(args);
  return core.executor.execute(prepared, call);
}

function operationOf(args: ExecutionArgs): SocketOperation {
  return args.contextValue as SocketOperation;
}

/** graphql-ws wraps what a stream throws; the client gets what the executor said, and bugs are masked. */
function publicError(core: GatewayCore, error: GraphQLError) {
  const thrown = error.originalError instanceof GraphQLError ? error.originalError : error;
  const requestId = thrown.extensions['requestId'];
  return core.mask.error(thrown, typeof requestId === 'string' ? requestId : 'websocket').toJSON();
}
