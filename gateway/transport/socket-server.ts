import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { type Context, type ServerOptions, type SubscribePayload, makeServer } from 'graphql-ws';
import type { Actor } from '../../kernel/actor.js';
import { refusalError } from '../../kernel/graph/refusal.js';
import { Refused } from '../../kernel/result.js';
import type { CallContext } from '../execute/call-context.js';
import type { AdmittedRequest } from './admission.js';
import { resolveRecord } from './document-reference.js';
import type { GatewayCore } from './gateway-core.js';
import { requestError } from './request-error.js';
import { CloseSocket, type SocketSession, closeCodes } from './socket-session.js';

/** What graphql-ws carries for us from the subscribe message to the executor. */
interface SocketOperation {
  readonly admitted: AdmittedRequest;
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
    subscribe: (args) => {
      const { admitted, call } = operationOf(args);
      return core.executor.subscribe(admitted.prepared, call);
    },
    onOperation: ({ extra }, id, _payload, args) => {
      const { admitted, call } = operationOf(args);
      if (call.kind === OperationTypeNode.SUBSCRIPTION) {
        core.admission.started(admitted);
        extra.count(id);
      }
    },
    onNext: (_context, _id, _payload, args) => {
      if (operationOf(args).call.kind === OperationTypeNode.SUBSCRIPTION) core.meter.event();
    },
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

async function subscribe(
  core: GatewayCore,
  schema: GraphQLSchema,
  { extra, subscriptions }: SocketContext,
  { id, payload }: { readonly id: string; readonly payload: SubscribePayload },
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { operationsPerSocket } = core.limits;
  if (Object.keys(subscriptions).length > operationsPerSocket) {
    return [requestError('LIMIT_EXCEEDED', `A WebSocket may run ${operationsPerSocket} operations at once.`)];
  }
  const { actor, requestId, gone } = extra.begin(id);
  const admitted = await admit(core, payload, actor);
  // The client may have completed it meanwhile: graphql-ws then neither runs it nor tells that it ended.
  if ('errors' in admitted || !(id in subscriptions)) extra.end(id);
  if ('errors' in admitted) return admitted.errors;
  const { prepared } = admitted;
  const call: CallContext = { actor, requestId, kind: prepared.operation.kind, signal: gone };
  const operation: SocketOperation = { admitted, call };
  return {
    schema,
    document: prepared.operation.document,
    operationName: payload.operationName ?? null,
    contextValue: operation,
  };
}

async function admit(
  core: GatewayCore,
  payload: SubscribePayload,
  actor: Actor,
): Promise<AdmittedRequest | { readonly errors: readonly GraphQLError[] }> {
  try {
    return await core.admission.admit(resolveRecord(core.documents, { ...payload }), actor);
  } catch (error) {
    if (error instanceof Refused) return { errors: [refusalError(error)] };
    throw error;
  }
}

async function execute(core: GatewayCore, args: ExecutionArgs): Promise<ExecutionResult> {
  const { admitted, call } = operationOf(args);
  return core.admission.settle(admitted, await core.executor.execute(admitted.prepared, call));
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
