import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { toGraphQLError } from '../../../protocol/format-errors.js';
import type { Release } from '../../../kernel/fairness/fair-queue.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { ProblemError } from '../../../kernel/result.js';
import type { ClientSubscription, Sink } from '../../subscriptions/client-subscription.js';
import { serializeEvent } from '../../subscriptions/serialized-event.js';
import type { AdmittedRequest, AdmissionRejection } from '../../request/admission.js';
import type { AuthenticatedRequest, GatewayCore } from './gateway-core.js';
import { parseOperation } from '../../request/graph-request.js';
import type { GraphRequest } from '../../request/request-preparer.js';

/** Options of a transport for a subscription. */
export interface SubscribeOptions {
  /** Whether bookmarks are delivered to the sink. */
  readonly bookmarks: boolean;
  /** Position to resume after, overrides the operation's own argument. */
  readonly after?: string | undefined;
}

/** Resolves, validates and plans the document. Errors of the request are returned, not thrown. */
export function admitOperation(
  core: GatewayCore,
  params: Readonly<Record<string, unknown>>,
  { actor }: AuthenticatedRequest,
): MaybePromise<AdmittedRequest | AdmissionRejection> {
  let request: GraphRequest;
  try {
    request = parseOperation(params, core.documents);
  } catch (error) {
    if (error instanceof ProblemError) return { errors: [toGraphQLError(error)], status: 400 };
    throw error;
  }
  return core.admission.admit(request, actor);
}

/** Executes a query or mutation and records its cost. */
export function executeOperation(
  { admission, executor }: Pick<GatewayCore, 'admission' | 'executor'>,
  admitted: AdmittedRequest,
  { actor, requestId, clientAddress, signal, size }: AuthenticatedRequest,
): MaybePromise<ExecutionResult> {
  const { prepared } = admitted;
  const { kind } = prepared.operation;
  const context = { actor, requestId, clientAddress, kind, signal, size };
  return mapMaybePromise(executor.execute(prepared, context), (result) => admission.settle(admitted, result));
}

/** Starts a subscription, which runs until it ends or its client disconnects. */
export function subscribeOperation(
  core: GatewayCore,
  admitted: AdmittedRequest,
  client: AuthenticatedRequest,
  { sink, ...options }: SubscribeOptions & { readonly sink: Sink },
): ClientSubscription {
  const { metrics } = core;
  core.admission.started(admitted);
  let subscription: ClientSubscription | undefined = undefined;
  const unfollow = metrics.trackSubscription(() => subscription?.lag ?? 0);
  const leave = () => {
    ended();
    subscription?.close();
  };
  const ended = () => {
    unfollow();
    client.signal.removeEventListener('abort', leave);
  };
  const counted: Sink = {
    get needsDrain() {
      return sink.needsDrain ?? false;
    },
    next: (event) => {
      if (event.bookmark) return options.bookmarks ? sink.next(event) : true;
      metrics.event();
      return sink.next(event);
    },
    error: (errors) => {
      ended();
      sink.error(errors.map((error) => core.mask.error(error, requestIdOf(error, client))));
    },
    complete: () => {
      ended();
      sink.complete();
    },
  };
  subscription = core.subscriptions.subscribe(
    { ...client, prepared: admitted.prepared },
    counted,
    options.after,
  );
  if (client.signal.aborted) leave();
  else client.signal.addEventListener('abort', leave, { once: true });
  return subscription;
}

interface RunOptions {
  /** Parameters of the GraphQL request. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly client: AuthenticatedRequest;
  readonly sink: Sink;
}

/**
 * Runs any operation within the concurrency limit of its account; the result of a query is delivered as its
 * only event. Returns the client subscription, if it is one.
 */
export async function runOperation(
  core: GatewayCore,
  params: Readonly<Record<string, unknown>>,
  client: AuthenticatedRequest,
  sink: Sink,
): Promise<ClientSubscription | undefined> {
  return inTurn(core, client, sink, () => runInPlace(core, params, client, sink));
}

/** Runs `work` within the concurrency limit of its account. A rejection is delivered to the sink. */
async function inTurn<T>(
  core: GatewayCore,
  { actor, signal, rejectionTurn }: AuthenticatedRequest,
  sink: Sink,
  work: () => Promise<T>,
): Promise<T | undefined> {
  let release: Release | undefined;
  try {
    release = await core.operations.enter(actor.account, signal);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    await rejectionTurn?.();
    if (!signal.aborted) sink.error([toGraphQLError(error)]);
  }
  try {
    return release && (await work());
  } finally {
    release?.();
  }
}

async function runInPlace(
  core: GatewayCore,
  params: Readonly<Record<string, unknown>>,
  client: AuthenticatedRequest,
  sink: Sink,
): Promise<ClientSubscription | undefined> {
  const admitted = await admitOperation(core, params, client);
  if (client.signal.aborted) return undefined;
  if (!('errors' in admitted)) return runAdmitted(core, admitted, { params, client, sink });
  sink.error(admitted.errors);
  return undefined;
}

async function runAdmitted(
  core: GatewayCore,
  admitted: AdmittedRequest,
  { params, client, sink }: RunOptions,
): Promise<ClientSubscription | undefined> {
  if (admitted.prepared.operation.kind === OperationTypeNode.SUBSCRIPTION)
    return subscribeOperation(core, admitted, client, { sink, bookmarks: wantsBookmarks(params) });
  const result = await executeOperation(core, admitted, client);
  if (client.signal.aborted) return undefined;
  sink.next(serializeEvent({ result }));
  sink.complete();
  return undefined;
}

/** Whether the client requests bookmarks as messages: `extensions: { bookmarks: true }`. */
export function wantsBookmarks({ extensions }: Readonly<Record<string, unknown>>): boolean {
  return (Object(extensions) as { bookmarks?: unknown }).bookmarks === true;
}

function requestIdOf({ extensions }: GraphQLError, { requestId }: AuthenticatedRequest): string {
  const requestIdOfError = extensions['requestId'];
  return typeof requestIdOfError === 'string' ? requestIdOfError : requestId;
}
