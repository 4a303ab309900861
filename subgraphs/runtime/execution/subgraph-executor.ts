import { type DocumentNode, type ExecutionArgs, createSourceEventStream, execute } from 'graphql';
import { systemClock } from '../../../kernel/clock.js';
import { AbortedError } from '../../../kernel/aborted-error.js';
import type { Log } from '../../../kernel/log.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { isQueryCanceled } from '../../../kernel/postgres/query-canceled.js';
import { runInRequestScope } from '../../../kernel/request-scope.js';
import { parentSpanOf } from '../../../kernel/tracing/event-trace.js';
import { inSpan, isTraced, traceHeaders } from '../../../kernel/tracing/span.js';
import { type BugReport, formatErrors } from '../../../protocol/format-errors.js';
import { mapStream } from '../../../protocol/mapped-stream.js';
import type { SubgraphEndpoint } from '../../../protocol/subgraph-endpoint.js';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';
import type { ExecutionContext, RequestContext, Subgraph } from '../subgraph.js';
import { AccountTurns, type TurnLimits } from './account-turns.js';
import { Bookmark } from './bookmark.js';
import { CompiledQueries } from './compiled-queries.js';
import { DocumentCache, type PreparedDocument } from './document-cache.js';
import { variableFault } from './input-texts.js';
import { resolveListsInTurns } from './lists-in-turns.js';
import { formatResult, requestFailure, streamFailure, toLocatedError } from './results.js';

/** Creates the context of one execution: of a request or of one event of a subscription. */
export type NewContext = () => ExecutionContext;

/** A document whose literals and variables are valid. */
type ExecutableDocument = Extract<PreparedDocument, { readonly document: DocumentNode }>;

/** Executes requests of gateways to a subgraph. Used in-process and over HTTP, so that the results are the same. */
export class SubgraphExecutor implements SubgraphEndpoint {
  private readonly documents: DocumentCache;
  private readonly compiled: CompiledQueries;
  private readonly turns: AccountTurns;

  constructor(
    private readonly subgraph: Subgraph,
    private readonly log: Log,
    limits?: TurnLimits,
  ) {
    this.turns = new AccountTurns(limits);
    resolveListsInTurns(subgraph.schema);
    this.documents = new DocumentCache(subgraph.schema);
    this.compiled = new CompiledQueries(subgraph.schema);
  }

  get name(): string {
    return this.subgraph.name;
  }

  async checkReady(): Promise<void> {
    await this.subgraph.checkReady?.();
  }

  /** Executes a query or a mutation. */
  execute(request: SubgraphRequest, execution: ExecutionContext): MaybePromise<SubgraphResult> {
    const { name } = this.subgraph;
    const context = this.withRights(execution);
    const options = () => ({
      attributes: { 'fleetgraph.subgraph': name, 'graphql.document': request.query },
    });
    const { requestId, abortScope = context } = context;
    const { account } = context.actor;
    return runInRequestScope({ requestId, at: Date.now(), account, abortScope }, () =>
      inSpan(`subgraph ${name}`, options, () =>
        this.turns.request(context, () => this.executeInTurn(request, context)),
      ),
    );
  }

  /** Adds the rights of the actor to the context itself: it also has the work of the execution. */
  private withRights(context: ExecutionContext): RequestContext {
    let known: ReturnType<RequestContext['rights']> | undefined;
    const rights = () => {
      if (!this.subgraph.rights) throw new Error(`the subgraph ${this.name} has no rights reader`);
      return (known ??= this.subgraph.rights.of(context.actor));
    };
    const { clock = systemClock } = this.subgraph;
    return Object.assign(context, { rights, now: () => clock.now() });
  }

  private executeInTurn(request: SubgraphRequest, context: RequestContext): MaybePromise<SubgraphResult> {
    if (context.minResourceVersion === undefined) return this.executeNow(request, context);
    return mapMaybePromise(
      this.waitForVersion(context),
      (stale) => stale ?? this.executeNow(request, context),
    );
  }

  private executeNow(request: SubgraphRequest, context: RequestContext): MaybePromise<SubgraphResult> {
    const prepared = this.prepare(request);
    if ('errors' in prepared) return prepared;
    const { document, isPlain } = prepared;
    const options = { context, isPlain, report: this.report(context) };
    const compiled = this.compiled.of(document)?.(context, request.variables ?? {});
    const executed = mapMaybePromise(
      compiled,
      (result) => result ?? execute(this.args(document, request, context)),
    );
    const formatted = mapMaybePromise(executed, (result) => formatResult(result, options));
    return mapMaybePromise(formatted, (result) => {
      const errors = result.errors?.length ?? 0;
      this.log.debug({ subgraph: this.subgraph.name, errors }, 'a request was executed');
      return result;
    });
  }

  /**
   * Opens a subscription. The stream ends when `signal` aborts. A result without `data` is the last one: the
   * subscription was rejected or has failed.
   */
  async subscribe(
    request: SubgraphRequest,
    newContext: NewContext,
    signal?: AbortSignal,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>> {
    const prepared = this.prepare(request);
    if ('errors' in prepared) return single(prepared);
    const { document, isPlain } = prepared;
    const context = this.withRights(newContext());
    const report = this.report(context);
    // Omits the client's abort signal: subscribers may share a source, but not the execution of an event.
    const { account } = context.actor;
    const scope = { requestId: context.requestId, at: Date.now(), account };
    const source = await runInRequestScope(scope, () =>
      createSourceEventStream(this.args(document, request, context)),
    );
    if (!isAsyncIterable(source)) return single(streamFailure(source, report));
    const executeEvent = async (event: unknown): Promise<SubgraphResult> => {
      const args = { ...this.args(document, request, this.withRights(newContext())), rootValue: event };
      const result = await runInRequestScope({ ...scope, abortScope: { signal } }, () => execute(args));
      return formatResult(result, { context, isPlain, report });
    };
    return mapStream(
      source,
      async (event): Promise<SubgraphResult> => {
        if (event instanceof Bookmark) return { bookmark: { ...event } };
        const work = () => this.traced(parentSpanOf(event), () => executeEvent(event));
        return this.turns.event(account, work, signal);
      },
      { signal, failed: (error) => ({ errors: formatErrors(toLocatedError(error), report) }) },
    );
  }

  /** Executes an event in a child span of the span that appended it, if there is one. */
  private traced(
    traceparent: string | undefined,
    executeEvent: () => Promise<SubgraphResult>,
  ): Promise<SubgraphResult> {
    if (traceparent === undefined || !isTraced()) return executeEvent();
    return inSpan(
      `event ${this.subgraph.name}`,
      () => ({ kind: 'consumer', parent: { traceparent } }),
      async () => ({ ...(await executeEvent()), trace: traceHeaders()['traceparent'] ?? traceparent }),
    );
  }

  /** Waits for the context's `minResourceVersion`; returns the result of the request if it is not reached in time. */
  private async waitForVersion(context: RequestContext): Promise<SubgraphResult | undefined> {
    try {
      await this.subgraph.waitForVersion?.(context);
      return undefined;
    } catch (error) {
      return { errors: formatErrors(toLocatedError(error), this.report(context)) };
    }
  }

  /** The document of the request, or the result if document or variables are not valid. */
  private prepare(
    request: SubgraphRequest,
  ): ExecutableDocument | (SubgraphResult & { readonly errors: NonNullable<SubgraphResult['errors']> }) {
    const prepared = this.documents.prepare(request.query);
    if ('errors' in prepared) return { errors: requestFailure(prepared.errors).errors ?? [] };
    const fault = variableFault(this.subgraph.schema, prepared.document, request.variables);
    return fault ? { errors: [fault.toJSON()] } : prepared;
  }

  private args(document: DocumentNode, request: SubgraphRequest, context: RequestContext): ExecutionArgs {
    return {
      schema: this.subgraph.schema,
      document,
      contextValue: context,
      variableValues: request.variables ?? {},
      operationName: request.operationName ?? null,
    };
  }

  private report(context: RequestContext): BugReport {
    return (err, path) => {
      // The caller aborted the request.
      if ((isQueryCanceled(err) || err instanceof AbortedError) && context.signal?.aborted) return;
      const { requestId } = context;
      this.log.error({ err, requestId, subgraph: this.subgraph.name, path }, 'a resolver failed');
    };
  }
}

/** A stream of one result. */
function single(result: SubgraphResult): AsyncGenerator<SubgraphResult, undefined> {
  return mapStream(yieldOnce(result), (only) => only);
}

async function* yieldOnce<T>(value: T): AsyncGenerator<T, undefined> {
  yield await Promise.resolve(value);
  return undefined;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
