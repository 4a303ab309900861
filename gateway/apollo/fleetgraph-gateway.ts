import { randomUUID } from 'node:crypto';
import type {
  GraphQLDataSource,
  ServiceEndpointDefinition,
  SupergraphManager,
  SupergraphSdlHook,
} from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import { type Log, createLog } from '../../kernel/log.js';
import { anonymousActor } from '../auth/anonymous-actor.js';
import { ErrorMasker } from '../errors/error-masker.js';
import { GraphExecutor } from '../execution/graph-executor.js';
import { loadSupergraph } from '../planning/plannable-supergraph.js';
import { type Limits, defaultLimits } from '../request/limits/limits.js';
import { RequestPreparer } from '../request/request-preparer.js';
import type { CallContext } from '../upstream/call/call-context.js';
import { LightAbortController } from '../upstream/call/light-abort-controller.js';
import type { SubgraphSource } from '../upstream/call/subgraph-source.js';
import { createSources } from '../upstream/create-sources.js';
import { wrapSources } from '../upstream/wrap-sources.js';
import { type ApolloCallContext, DataSourceSource, type IncomingRequest } from './data-source-source.js';

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['gateway']>;
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];

export interface FleetgraphGatewayOptions {
  /** Supergraph SDL, or a manager that provides it and its updates: IntrospectAndCompose, LocalCompose or a custom one. */
  readonly supergraphSdl: string | SupergraphManager | SupergraphSdlHook;
  /** Creates the data source of a subgraph. Default: HTTP requests to the subgraph's URL without the client's headers. */
  readonly buildService?: ((definition: ServiceEndpointDefinition) => GraphQLDataSource) | undefined;
  /**
   * Returns the actor of a request from Apollo Server's context: its scopes for `@requiresScopes`; identical queries of one
   * actor are shared. Default: an anonymous actor, for which fields with `@authenticated` are denied.
   */
  readonly actor?: ((context: Readonly<Record<string, unknown>>) => Actor) | undefined;
  /** Limits in addition to Apollo Server's. Default: no document limits, timeouts of 30 s per request and 15 s per subgraph. */
  readonly limits?: Partial<Limits> | undefined;
  readonly log?: Log | undefined;
}

/** Apollo Server's own configuration limits documents. */
const NO_DOCUMENT_LIMITS: Partial<Limits> = {
  documentBytes: Infinity,
  tokens: Infinity,
  nesting: Infinity,
  depth: Infinity,
  aliases: Infinity,
  rootFields: Infinity,
  fields: Infinity,
  directives: Infinity,
  aliasLength: Infinity,
  idLength: Infinity,
  listLength: Infinity,
  variableEntries: Infinity,
  pageSize: Infinity,
  responseBytes: Infinity,
};

/** A supergraph with everything that executes operations on it; a new supergraph replaces the whole object. */
interface ActiveSupergraph {
  readonly sdl: string;
  readonly schema: GraphQLSchema;
  readonly requests: RequestPreparer;
  readonly executor: GraphExecutor;
  readonly sources: ReadonlyMap<string, SubgraphSource>;
}

/**
 * The gateway's planning and execution inside an Apollo Server: `new ApolloServer({ gateway: new FleetgraphGateway({ … }) })`.
 * Replaces an `ApolloGateway` with the same `supergraphSdl` and `buildService`.
 */
export class FleetgraphGateway implements GatewayInterface {
  private active: ActiveSupergraph | undefined;
  private cleanup: (() => Promise<void>) | undefined;
  private readonly listeners = new Set<SchemaListener>();
  private readonly log: Log;
  private readonly limits: Limits;

  constructor(private readonly options: FleetgraphGatewayOptions) {
    this.log = options.log ?? createLog('warn', 'gateway');
    this.limits = { ...defaultLimits, ...NO_DOCUMENT_LIMITS, ...options.limits };
  }

  onSchemaLoadOrUpdate(listener: SchemaListener): () => void {
    this.listeners.add(listener);
    if (this.active) notify(listener, this.active);
    return () => this.listeners.delete(listener);
  }

  /** Loads the supergraph. Rejects when the supergraph is invalid, or when the manager has no supergraph. */
  async load(): ReturnType<GatewayInterface['load']> {
    this.serve(await this.initialSdl());
    return { executor: (incoming) => this.execute(incoming as unknown as IncomingRequest) };
  }

  async stop(): Promise<void> {
    await this.cleanup?.();
    this.cleanup = undefined;
    if (this.active) await close(this.active.sources);
    this.active = undefined;
  }

  private async initialSdl(): Promise<string> {
    const { supergraphSdl: source } = this.options;
    if (typeof source === 'string') return source;
    const initialize = typeof source === 'function' ? source : source.initialize.bind(source);
    // Only managers need it, and it takes a second to load.
    const { RemoteGraphQLDataSource } = await import('@apollo/gateway');
    const { supergraphSdl, cleanup } = await initialize({
      update: (sdl) => this.serve(sdl),
      healthCheck: (sdl) => this.checkHealth(sdl),
      getDataSource: (definition) =>
        this.options.buildService?.(definition) ?? new RemoteGraphQLDataSource({ url: definition.url ?? '' }),
    });
    this.cleanup = cleanup;
    return supergraphSdl;
  }

  /** Activates another supergraph. Throws without any change when it is invalid. */
  private serve(sdl: string): void {
    const before = this.active;
    if (before?.sdl === sdl) return;
    const supergraph = loadSupergraph(sdl);
    const sources = this.connect(supergraph.subgraphs);
    this.active = {
      sdl,
      schema: supergraph.api,
      requests: new RequestPreparer(supergraph, this.limits, sources),
      executor: new GraphExecutor({
        mask: new ErrorMasker(this.log, true),
        timeout: this.limits.requestTimeout,
        responseBytes: this.limits.responseBytes,
      }),
      sources,
    };
    for (const listener of this.listeners) notify(listener, this.active);
    // After this timeout, all requests to the previous subgraphs have ended.
    if (before) setTimeout(() => void close(before.sources), this.limits.requestTimeout).unref();
  }

  private connect(named: readonly { readonly name: string; readonly url: string }[]) {
    const { log, limits, options } = this;
    const sources = createSources({ locations: {}, named, responseBytes: limits.responseBytes });
    for (const { name, url } of named) {
      const dataSource = options.buildService?.({ name, url });
      if (dataSource) sources.set(name, new DataSourceSource(name, dataSource));
    }
    wrapSources(sources, { subgraphs: {}, limits, metrics: undefined, log });
    return sources;
  }

  private async checkHealth(sdl: string): Promise<void> {
    const sources = this.connect(loadSupergraph(sdl).subgraphs);
    try {
      const signal = AbortSignal.timeout(this.limits.subgraphTimeout);
      await Promise.all([...sources.values()].map((source) => source.ping(signal)));
    } finally {
      await close(sources);
    }
  }

  private async execute(incoming: IncomingRequest): Promise<ExecutionResult> {
    const { active } = this;
    if (!active) throw new Error('The gateway has no supergraph: it was not loaded, or stopped.');
    const { operationName, variables } = incoming.request;
    const actor = this.options.actor?.(incoming.context) ?? anonymousActor;
    const prepared = active.requests.prepare({ query: incoming.source, operationName, variables }, actor);
    if ('errors' in prepared) return { errors: prepared.errors };
    if (prepared.operation.kind === OperationTypeNode.SUBSCRIPTION)
      throw new Error('Apollo Server executes no subscriptions.');
    const call: ApolloCallContext = { ...callOf(actor, prepared.operation.kind), incoming };
    return active.executor.execute(prepared, call);
  }
}

function callOf(actor: Actor, kind: OperationTypeNode): CallContext {
  return { actor, kind, requestId: randomUUID(), signal: new LightAbortController() };
}

function notify(listener: SchemaListener, { schema, sdl }: ActiveSupergraph): void {
  listener({ apiSchema: schema, coreSupergraphSdl: sdl });
}

async function close(sources: ReadonlyMap<string, SubgraphSource>): Promise<void> {
  await Promise.all([...sources.values()].map((source) => source[Symbol.asyncDispose]()));
}
