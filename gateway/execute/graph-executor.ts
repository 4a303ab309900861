import { type ServiceMap, executeQueryPlan } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { mapStream } from '../../kernel/graph/mapped-stream.js';
import type { SubgraphResult } from '../../kernel/graph/wire.js';
import type { Log } from '../../kernel/log.js';
import type { Mask } from '../errors/mask.js';
import type { PreparedRequest } from '../plan/prepare.js';
import type { Supergraph } from '../plan/supergraph.js';
import type { CallContext } from './call-context.js';
import { withDeadline } from './deadline.js';
import { pickVariables, replayMap, serviceMap } from './service-map.js';
import { type SubgraphSource, unavailable } from './subgraph-source.js';

type PlanRequestContext = Parameters<typeof executeQueryPlan>[2];

export interface GraphExecutorOptions {
  readonly supergraph: Supergraph;
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly mask: Mask;
  readonly log: Log;
  /** Milliseconds until a query, a mutation or the completion of one event is given up. */
  readonly timeout: number;
}

/** Executes prepared requests over the subgraphs. What it answers or throws may be shown to clients. */
export class GraphExecutor {
  private readonly services: ServiceMap;

  constructor(private readonly options: GraphExecutorOptions) {
    this.services = serviceMap(options.sources);
  }

  /** Runs a query or mutation. */
  async execute(prepared: PreparedRequest, context: CallContext): Promise<ExecutionResult> {
    try {
      return await this.run(prepared, context, prepared.operation.plan, this.services);
    } catch (error) {
      return { errors: [this.options.mask.error(error, context.requestId)] };
    }
  }

  /**
   * Opens a subscription: one upstream on the subgraph that owns the field, and for each of its events the fields
   * that other subgraphs own. Nothing is pulled before the client takes the event before. Fails with a coded error
   * when the upstream refuses or is lost.
   */
  subscribe(prepared: PreparedRequest, context: CallContext): AsyncGenerator<ExecutionResult, undefined> {
    return mapStream(this.upstream(prepared, context), (event) => this.complete(prepared, context, event), {
      signal: context.signal,
    });
  }

  private async *upstream(
    prepared: PreparedRequest,
    context: CallContext,
  ): AsyncGenerator<SubgraphResult, undefined> {
    const { requestId } = context;
    try {
      yield* await this.open(prepared, context);
    } catch (error) {
      throw this.options.mask.error(error, requestId);
    }
    return undefined;
  }

  private open({ operation, request }: PreparedRequest, context: CallContext) {
    const primary = operation.subscription?.primary;
    if (!primary)
      throw new GraphQLError('This is not a subscription.', { extensions: { code: 'BAD_REQUEST' } });
    const source = this.options.sources.get(primary.serviceName);
    if (!source) throw unavailable(primary.serviceName);
    const variables = pickVariables(primary.variableUsages, request.variables);
    return source.subscribe(
      { query: primary.operation, operationName: primary.operationName, variables },
      context,
    );
  }

  private async complete(
    prepared: PreparedRequest,
    context: CallContext,
    event: SubgraphResult,
  ): Promise<ExecutionResult> {
    const { subscription } = prepared.operation;
    // Without data the upstream has ended with these errors.
    if (!subscription || !('data' in event)) throw this.ended(event, context.requestId);
    const services = replayMap(this.services, subscription.primary, event);
    // A context of its own: an event sees the state of its time, not what an earlier one has loaded.
    const ofEvent = { ...context, kind: OperationTypeNode.QUERY };
    try {
      return await this.run(prepared, ofEvent, subscription.perEvent, services);
    } catch (error) {
      throw this.options.mask.error(error, context.requestId);
    }
  }

  private ended(event: SubgraphResult, requestId: string): GraphQLError {
    const [first] = event.errors ?? [];
    const error = new GraphQLError(first?.message ?? 'The subscription has ended.', {
      path: first?.path,
      extensions: { ...first?.extensions, serviceName: '' },
    });
    return this.options.mask.error(error, requestId);
  }

  private async run(
    prepared: PreparedRequest,
    context: CallContext,
    plan: QueryPlan,
    services: ServiceMap,
  ): Promise<ExecutionResult> {
    const { supergraph, timeout, log, mask } = this.options;
    const { operation, request } = prepared;
    const result = await withDeadline(timeout, context.signal, (signal) => {
      const planContext = {
        request: { variables: request.variables ?? {} },
        context: { ...context, signal },
        metrics: {},
        logger: log,
      };
      return executeQueryPlan(
        plan,
        services,
        planContext as unknown as PlanRequestContext,
        operation.context,
        supergraph.full,
        supergraph.apiSchema,
      );
    });
    const errors = [...(result.errors ?? []), ...incomplete(result.extensions)];
    if (errors.length === 0) return { data: result.data ?? null };
    return {
      errors: mask.errors(errors, context.requestId),
      ...(result.data === undefined ? {} : { data: result.data }),
    };
  }
}

/** Where a subgraph left out a value that may not be null, and gave no reason. */
function incomplete(extensions: Record<string, unknown> | undefined): readonly unknown[] {
  const found = extensions?.['valueCompletion'];
  return Array.isArray(found) ? found : [];
}
