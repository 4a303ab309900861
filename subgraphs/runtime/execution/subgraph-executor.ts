import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLNamedType,
  type GraphQLSchema,
  TypeInfo,
  ValuesOfCorrectTypeRule,
  createSourceEventStream,
  execute,
  getNamedType,
  isEnumType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { AbortedError } from '../../../kernel/aborted-error.js';
import type { Log } from '../../../kernel/log.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { runInRequestScope } from '../../../kernel/request-scope.js';
import { isQueryCanceled } from '../../../kernel/postgres/query-canceled.js';
import type { RequestContext, Subgraph } from '../subgraph.js';
import { parentSpanOf } from '../../../kernel/tracing/event-trace.js';
import { inSpan, isTraced, traceHeaders } from '../../../kernel/tracing/span.js';
import { AccountTurns, type TurnLimits } from './account-turns.js';
import { Bookmark } from './bookmark.js';
import { CompiledQueries } from './compiled-queries.js';
import { boundErrors, boundText } from '../../../protocol/error-bounds.js';
import { literalFault, variableFault } from './input-texts.js';
import { FIELDS_PER_TURN, resolveListsInTurns } from './lists-in-turns.js';
import { mapStream } from '../../../protocol/mapped-stream.js';
import { type BugReport, formatErrors } from '../../../protocol/format-errors.js';
import type { SubgraphEndpoint } from '../../../protocol/subgraph-endpoint.js';
import { type SubgraphRequest, type SubgraphResult, toWire, toWireInTurns } from '../../../protocol/wire.js';

/** Makes the context of one execution: of the request, or of one event of a subscription. */
export type NewContext = () => RequestContext;

type Prepared =
  | {
      readonly document: DocumentNode;
      /** Whether what it answers is as JSON would carry it. */
      readonly plain: boolean;
    }
  | { readonly errors: readonly GraphQLError[] };

/**
 * Executes what the gateway asks of a subgraph; the one implementation behind in-process and HTTP serving, so that
 * both answer alike. Documents come from the gateway's planner: they are parsed once and only their literal values
 * are checked, because the gateway does not know what this subgraph's scalars accept.
 */
export class SubgraphExecutor implements SubgraphEndpoint {
  private readonly documents = new LRUCache<string, Prepared>({
    max: 2000,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, query) => query.length + 1,
  });

  private readonly compiled: CompiledQueries;
  private readonly turns: AccountTurns;

  constructor(
    private readonly subgraph: Subgraph,
    private readonly log: Log,
    limits?: TurnLimits,
  ) {
    this.turns = new AccountTurns(limits);
    resolveListsInTurns(subgraph.schema);
    this.compiled = new CompiledQueries(subgraph.schema);
  }

  get name(): string {
    return this.subgraph.name;
  }

  async checkReady(): Promise<void> {
    await this.subgraph.checkReady?.();
  }

  /** Runs a query or a mutation. */
  execute(request: SubgraphRequest, context: RequestContext): MaybePromise<SubgraphResult> {
    const { name } = this.subgraph;
    const options = () => ({
      attributes: { 'fleetgraph.subgraph': name, 'graphql.document': request.query },
    });
    const { requestId, abortScope = context } = context;
    const { account } = context.actor;
    return runInRequestScope({ requestId, at: Date.now(), account, abortScope }, () =>
      inSpan(`subgraph ${name}`, options, () =>
        this.turns.request(context, () => this.run(request, context)),
      ),
    );
  }

  private run(request: SubgraphRequest, context: RequestContext): MaybePromise<SubgraphResult> {
    if (context.minResourceVersion === undefined) return this.fresh(request, context);
    return mapMaybePromise(this.reach(context), (stale) => stale ?? this.fresh(request, context));
  }

  private fresh(request: SubgraphRequest, context: RequestContext): MaybePromise<SubgraphResult> {
    const prepared = this.prepare(request.query);
    if ('errors' in prepared) return requestFailure(prepared.errors);
    const fault = variableFault(this.subgraph.schema, prepared.document, request.variables);
    if (fault) return { errors: [fault.toJSON()] };
    const interpreted = () => execute(this.args(prepared.document, request, context));
    const compiled = this.compiled.of(prepared.document)?.(context, request.variables ?? {});
    return mapMaybePromise(
      mapMaybePromise(compiled, (result) => result ?? interpreted()),
      (result) => this.executed(result, context, prepared.plain),
    );
  }

  private executed(
    result: ExecutionResult,
    context: RequestContext,
    plain: boolean,
  ): MaybePromise<SubgraphResult> {
    return mapMaybePromise(this.answer(result, context, plain), (answer) => {
      this.log.debug(
        { subgraph: this.subgraph.name, errors: answer.errors?.length ?? 0 },
        'a request was executed',
      );
      return answer;
    });
  }

  /**
   * Opens a subscription. The stream ends when `signal` aborts. A result without `data` is the last one: the
   * subscription was refused or has failed.
   */
  async subscribe(
    request: SubgraphRequest,
    newContext: NewContext,
    signal?: AbortSignal,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>> {
    const prepared = this.prepare(request.query);
    if ('errors' in prepared) return mapStream(one(requestFailure(prepared.errors)), (result) => result);
    const fault = variableFault(this.subgraph.schema, prepared.document, request.variables);
    if (fault) return mapStream(one({ errors: [fault.toJSON()] }), (result) => result);
    const context = newContext();
    const report = this.report(context);
    // What a stream is read from, others may read, too; only what completes an event is this client's alone.
    const { account } = context.actor;
    const scope = { requestId: context.requestId, at: Date.now(), account };
    const source = await runInRequestScope(scope, () =>
      createSourceEventStream(this.args(prepared.document, request, context)),
    );
    if (!isAsyncIterable(source)) return mapStream(one(streamFailure(source, report)), (result) => result);
    return mapStream(
      source,
      async (event): Promise<SubgraphResult> => {
        if (event instanceof Bookmark) return { bookmark: { ...event } };
        const args = this.args(prepared.document, request, newContext());
        const tell = async () =>
          this.answer(
            await runInRequestScope({ ...scope, abortScope: { signal } }, () =>
              execute({ ...args, rootValue: event }),
            ),
            context,
            prepared.plain,
          );
        return this.turns.event(context.actor.account, () => this.traced(parentSpanOf(event), tell), signal);
      },
      { signal, failed: (error) => ({ errors: formatErrors(located(error), report) }) },
    );
  }

  /** Tells an event in a span under the one in which it happened; without that it is nobody's. */
  private traced(
    traceparent: string | undefined,
    tell: () => Promise<SubgraphResult>,
  ): Promise<SubgraphResult> {
    if (traceparent === undefined || !isTraced()) return tell();
    return inSpan(
      `event ${this.subgraph.name}`,
      () => ({ kind: 'consumer', parent: { traceparent } }),
      async () => ({ ...(await tell()), trace: traceHeaders()['traceparent'] ?? traceparent }),
    );
  }

  /** Waits until the subgraph has seen what the context asks for; the answer when it has not in time. */
  private async reach(context: RequestContext): Promise<SubgraphResult | undefined> {
    try {
      await this.subgraph.waitForVersion?.(context);
      return undefined;
    } catch (error) {
      return { errors: formatErrors(located(error), this.report(context)) };
    }
  }

  private answer(
    result: ExecutionResult,
    context: RequestContext,
    plain: boolean,
  ): MaybePromise<SubgraphResult> {
    if (!('data' in result)) return requestFailure(result.errors ?? []);
    const data = plain ? result.data : wireData(result.data, context);
    return mapMaybePromise(data, (wire) => {
      const told = wire as SubgraphResult['data'] & object;
      if (!result.errors) return { data: told };
      const report = this.report(context);
      return { data: told, errors: toldErrors(result.errors, (error) => formatErrors(error, report)) };
    });
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
      // The caller aborted the subscription.
      if ((isQueryCanceled(err) || err instanceof AbortedError) && context.signal?.aborted) return;
      const { requestId } = context;
      this.log.error({ err, requestId, subgraph: this.subgraph.name, path }, 'a resolver failed');
    };
  }

  private prepare(query: string): Prepared {
    const known = this.documents.get(query);
    if (known) return known;
    const prepared = this.parse(query);
    this.documents.set(query, prepared);
    return prepared;
  }

  private parse(query: string): Prepared {
    try {
      const document = parse(query, { noLocation: true });
      const errors = validate(this.subgraph.schema, document, [ValuesOfCorrectTypeRule]);
      const fault = literalFault(this.subgraph.schema, document);
      if (fault) return { errors: [fault] };
      return errors.length > 0 ? { errors } : { document, plain: isPlain(this.subgraph.schema, document) };
    } catch (error) {
      return { errors: [located(error)] };
    }
  }
}

/**
 * Whether all leaves of an answer are enums or of the scalars that GraphQL itself has, which are written as texts,
 * numbers and booleans. Others may be objects that belong to somebody.
 */
function isPlain(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let plain = true;
  const look = {
    Field: ({ alias, selectionSet }: FieldNode) => {
      const type = types.getType();
      // Assigning to `__proto__` sets the prototype, so graphql-js executes such a document.
      if (alias?.value === '__proto__') plain = false;
      if (!selectionSet && !isPlainLeaf(type && getNamedType(type))) plain = false;
    },
  };
  visit(document, visitWithTypeInfo(types, look));
  return plain;
}

function isPlainLeaf(type: GraphQLNamedType | null | undefined): boolean {
  return isEnumType(type) || (isScalarType(type) && isSpecifiedScalarType(type));
}

/** Data as JSON would carry it; copied in turns when it is much. */
function wireData(data: unknown, { work }: RequestContext): MaybePromise<unknown> {
  return work && work.total > FIELDS_PER_TURN ? toWireInTurns(data, work) : toWire(data);
}

/** The first errors, and how many more there are: each may be a line of the log, too. */
function toldErrors(
  errors: readonly GraphQLError[],
  told: (error: GraphQLError) => GraphQLFormattedError[],
): GraphQLFormattedError[] {
  return boundErrors(errors, told, (more) => [more.toJSON()]).flat();
}

/** The request did not fit: a value that a scalar refuses, a missing variable. */
function requestFailure(errors: readonly GraphQLError[]): SubgraphResult {
  const told = toldErrors(errors, ({ message, extensions }) => [
    // What has a code already says where, too.
    {
      message: boundText(message),
      extensions: extensions['code'] === undefined ? { code: 'INVALID_INPUT' } : extensions,
    },
  ]);
  return { errors: told };
}

function streamFailure(result: ExecutionResult, report: BugReport): SubgraphResult {
  const errors: GraphQLFormattedError[] = [];
  for (const error of result.errors ?? []) {
    errors.push(...(error.path ? formatErrors(error, report) : (requestFailure([error]).errors ?? [])));
  }
  return { errors };
}

function located(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

async function* one<T>(value: T): AsyncGenerator<T, undefined> {
  yield await Promise.resolve(value);
  return undefined;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
