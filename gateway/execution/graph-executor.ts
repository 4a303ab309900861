import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { mapStream } from '../../protocol/mapped-stream.js';
import { requestAbortedError } from '../../protocol/request-aborted-error.js';
import type { SubgraphResult } from '../../protocol/wire.js';
import { FairQueue } from '../../kernel/fairness/fair-queue.js';
import { type MaybePromise, mapMaybePromise } from '../../kernel/maybe-promise.js';
import { runInRequestScope } from '../../kernel/request-scope.js';
import { inSpan, isTraced } from '../../kernel/tracing/span.js';
import { WorkBudget } from '../../kernel/fairness/work-turns.js';
import type { ErrorMasker } from '../errors/error-masker.js';
import { AFTER, POSITION } from '../document/subscription-traits.js';
import type { CallContext } from '../upstream/call/call-context.js';
import { type AbortSignalLike, nativeSignal } from '../upstream/call/light-abort-controller.js';
import { Deadline } from '../upstream/call/deadline.js';
import type { ExecutableRequest } from './executable-request.js';
import { type CompiledPlanNode, type PlanExecution, complete } from './plan-execution.js';
import { QueryFetchScope } from '../upstream/call/query-fetch-scope.js';
import { serviceUnavailableError } from '../upstream/call/subgraph-source.js';
import { ResponseSize, isTooLarge } from '../upstream/call/response-size.js';
import type { ShapedResponse } from './shape/response-shape.js';
import type { StreamEvent } from './stream-event.js';
import { pickVariables } from './data/variables.js';
import { writeData } from './written-data.js';

export interface GraphExecutorOptions {
  readonly mask: ErrorMasker;
  /** Timeout in milliseconds of a query, a mutation or the completion of one event. */
  readonly timeout: number;
  /** Maximum size of a response in bytes of JSON. */
  readonly responseBytes: number;
  /** Streams of one account that are opened concurrently. Default unlimited. */
  readonly openings?: number;
}

/** Response values built or serialized in one turn of the event loop: one or two milliseconds. */
const VALUES_PER_TURN = 10_000;
/** Minimum size in characters of a response that is serialized over several turns. */
const LARGE = 256 * 1024;

/** Executes prepared requests on subgraphs. Results and errors are safe to show to clients. */
export class GraphExecutor {
  private readonly deadline: Deadline;
  /** The queue is bounded by the subscription limit of accounts. */
  private readonly openings: FairQueue;

  constructor(private readonly options: GraphExecutorOptions) {
    this.deadline = new Deadline(options.timeout);
    const { openings: perFlow = Number.POSITIVE_INFINITY } = options;
    this.openings = new FairQueue({ perFlow, maxWaiting: Number.POSITIVE_INFINITY });
  }

  /** Runs a query or mutation. */
  execute(prepared: ExecutableRequest, context: CallContext): MaybePromise<ExecutionResult> {
    const { kind, name } = prepared.operation;
    const options = () => ({
      attributes: {
        'graphql.operation.type': kind,
        ...(name !== null && { 'graphql.operation.name': name }),
      },
    });
    return inSpan(`graphql ${kind}`, options, () => this.executeMasked(prepared, context));
  }

  private executeMasked(prepared: ExecutableRequest, context: CallContext): MaybePromise<ExecutionResult> {
    const failed = (error: unknown) => ({ errors: [this.options.mask.error(error, context.requestId)] });
    try {
      const result = this.run(prepared, withMinResourceVersion(prepared, context), prepared.operation.fetch);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Opens a subscription after a position (null: default start): one upstream on the subgraph that owns the
   * field, and for each event fetches of fields from other subgraphs. Pulls the next event only after the
   * previous one was consumed. Fails with a coded error when the upstream rejects or is lost.
   */
  subscribe(
    prepared: ExecutableRequest,
    context: CallContext,
    after: unknown = null,
  ): AsyncGenerator<StreamEvent, undefined> {
    const upstream = () => this.open(prepared, context, after);
    return mapStream(upstream, (event) => this.deliver(prepared, context, event), {
      signal: nativeSignal(context.signal),
      failed: (error) => {
        throw this.options.mask.error(error, context.requestId);
      },
    });
  }

  private async open(
    { operation, request, sources }: ExecutableRequest,
    context: CallContext,
    after: unknown,
  ) {
    const { subscription, stream } = operation;
    const primary = subscription?.primary;
    if (!primary)
      throw new GraphQLError('This is not a subscription.', { extensions: { code: 'BAD_REQUEST' } });
    const source = sources.get(primary.serviceName);
    if (!source) throw serviceUnavailableError(primary.serviceName);
    const requestAfter = (position: unknown) => ({
      query: primary.operation,
      variables: pickVariables(primary.variableUsages, { ...request.variables, [AFTER]: position }),
    });
    const hasHistory = after !== null || stream?.kind === 'state';
    const history = hasHistory ? { requestAfter: stream?.resumable ? requestAfter : undefined } : undefined;
    return this.openInTurn(context, () => source.subscribe(requestAfter(after), context, history));
  }

  /**
   * Opens an upstream within the concurrency limit of its account, so that thousands of new subscriptions do
   * not delay other accounts.
   */
  private async openInTurn<T>({ actor, signal }: CallContext, open: () => Promise<T>): Promise<T> {
    const opened = await this.openings.run(actor.account, async () => ({ stream: await open() }), signal);
    if (!opened)
      throw new GraphQLError('The client has disconnected.', { extensions: { code: 'REQUEST_TIMEOUT' } });
    return opened.stream;
  }

  /** Completes an event in a child span of its subgraph's span, if it is traced. */
  private deliver(
    prepared: ExecutableRequest,
    context: CallContext,
    event: SubgraphResult,
  ): StreamEvent | Promise<StreamEvent> {
    const { trace: traceparent } = event;
    if (typeof traceparent !== 'string' || !isTraced()) return this.complete(prepared, context, event);
    const { name } = prepared.operation;
    const attributes = { ...(name !== null && { 'graphql.operation.name': name }) };
    return inSpan(
      'deliver event',
      () => ({ kind: 'consumer', attributes, parent: { traceparent } }),
      async () => this.complete(prepared, context, event),
    );
  }

  /** Completes an event; synchronous when no other subgraph is needed. */
  private complete(
    prepared: ExecutableRequest,
    context: CallContext,
    event: SubgraphResult,
  ): StreamEvent | Promise<StreamEvent> {
    const { subscription, stream } = prepared.operation;
    if (event.bookmark) return { position: event.bookmark.cursor, caughtUp: event.bookmark.caughtUp };
    // Without data the upstream has ended with these errors.
    if (!subscription || !('data' in event)) throw ended(event);
    const position = stream?.resumable ? positionIn(event, stream.responseKey) : undefined;
    const { begin, complete: rest } = subscription;
    if (!rest) {
      const run = this.newRun(prepared, context);
      begin(run, event);
      return mapMaybePromise(this.resultOf(prepared, run), (result) => ({ result, position }));
    }
    // A new context per event: no loaders of earlier events, and subgraphs must have processed the event.
    const version = stream?.versioned ? position : undefined;
    const ofEvent = { ...context, kind: OperationTypeNode.QUERY, minResourceVersion: version };
    const completed = this.run(prepared, ofEvent, (run, done) => {
      begin(run, event);
      rest(run, done);
    });
    return mapMaybePromise(completed, (result) => ({ result, position }));
  }

  private run(
    prepared: ExecutableRequest,
    context: CallContext,
    fetch: CompiledPlanNode,
  ): MaybePromise<ExecutionResult> {
    return this.deadline.within(context.signal, (signal) => {
      const call = callOf(context, signal);
      const run = inScope(call, () => complete(fetch, this.newRun(prepared, call)));
      return mapMaybePromise(run, (execution) => this.resultOf(prepared, execution));
    });
  }

  private newRun({ view, request, sources }: ExecutableRequest, call: CallContext): PlanExecution {
    // Errors of denied fields.
    const errors = [...(view?.errors ?? [])];
    return { sources, call, variables: request.variables ?? {}, data: {}, errors };
  }

  private resultOf(prepared: ExecutableRequest, run: PlanExecution): MaybePromise<ExecutionResult> {
    try {
      const result = this.assemble(prepared, run);
      return result instanceof Promise ? result.catch(tooLarge) : result;
    } catch (error) {
      return tooLarge(error);
    }
  }

  /** Builds the response, over several turns when it is large. Fails with RESPONSE_TOO_LARGE. */
  private assemble(
    { view, operation }: ExecutableRequest,
    run: PlanExecution,
  ): MaybePromise<ExecutionResult> {
    const { actor, signal, size = new ResponseSize(this.options.responseBytes) } = run.call;
    const budget = new WorkBudget(actor.account, VALUES_PER_TURN, signal, requestAbortedError);
    const before = size.characters;
    const shaped = (view ?? operation).shape.shape(run.data, run.variables, { size, budget });
    return mapMaybePromise(shaped, (response) => {
      const result = this.withErrors(response, run);
      if (!response.data || size.characters - before < LARGE) return result;
      return writeData(response.data, size.limit, budget).then(() => result);
    });
  }

  private withErrors(shaped: ShapedResponse, run: PlanExecution): ExecutionResult {
    // Errors of failed fetches explain missing fields; otherwise report the missing fields themselves.
    const errors = run.errors.length > 0 ? run.errors : shaped.errors;
    if (errors.length === 0) return { data: shaped.data };
    return { data: shaped.data, errors: this.options.mask.errors(errors, run.call.requestId) };
  }
}

/** The result in place of a response that is too large. */
function tooLarge(error: unknown): ExecutionResult {
  if (!isTooLarge(error)) throw error;
  return { data: null, errors: [error] };
}

/** The error with which an upstream ended. */
function ended({ errors }: SubgraphResult): GraphQLError {
  const [first] = errors ?? [];
  return new GraphQLError(first?.message ?? 'The subscription has ended.', {
    path: first?.path,
    extensions: { ...first?.extensions, serviceName: '' },
  });
}

/** The position after an event. */
function positionIn({ data }: SubgraphResult, responseKey: string): string | undefined {
  const root = data?.[responseKey] as Record<string, unknown> | null | undefined;
  const position = root?.[POSITION];
  return typeof position === 'string' ? position : undefined;
}

function callOf(context: CallContext, signal: AbortSignalLike): CallContext {
  const { kind } = context;
  return {
    ...context,
    signal,
    work: kind === OperationTypeNode.QUERY ? new QueryFetchScope(signal) : undefined,
  };
}

/** Runs in the request scope shared by all fetches of a query from subgraphs in this process. */
function inScope<T>({ requestId, actor: { account }, work }: CallContext, run: () => T): T {
  return work ? runInRequestScope({ requestId, at: Date.now(), account, abortScope: work }, run) : run();
}

/** Adds the minimum resource version of the request to the context. */
function withMinResourceVersion({ request }: ExecutableRequest, context: CallContext): CallContext {
  const { minResourceVersion } = request;
  return minResourceVersion === undefined ? context : { ...context, minResourceVersion };
}
