import type { GraphQLDataSource } from '@apollo/gateway';
import { GraphQLError } from 'graphql';
import type { SubgraphRequest, SubgraphResult } from '../../protocol/wire.js';
import type { CallContext } from '../upstream/call/call-context.js';
import { type SubgraphSource, serviceUnavailableError } from '../upstream/call/subgraph-source.js';

type Process = Parameters<GraphQLDataSource['process']>[0];

/** Values of Apollo's enum `GraphQLDataSourceRequestKind`, whose module loads all of @apollo/gateway. */
type RequestKind = Process['kind'];
const INCOMING_OPERATION = 'incoming operation' as Extract<RequestKind, 'incoming operation'>;
const HEALTH_CHECK = 'health check' as Extract<RequestKind, 'health check'>;

/** The client's request, as Apollo Server passes it to a gateway. */
export type IncomingRequest = Extract<Process, { incomingRequestContext: unknown }>['incomingRequestContext'];

/** The part of the client's request that a data source receives. */
export interface ApolloCallContext extends CallContext {
  readonly incoming: IncomingRequest;
}

/** Sends requests to a subgraph through a data source of Apollo's gateway: `RemoteGraphQLDataSource` or a subclass. */
export class DataSourceSource implements SubgraphSource {
  constructor(
    readonly name: string,
    private readonly dataSource: GraphQLDataSource,
  ) {}

  /**
   * Runs a query or mutation. A GraphQLError of the data source becomes an error of the subgraph; any other error becomes
   * SERVICE_UNAVAILABLE.
   */
  async execute({ query, variables }: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    const { incoming } = call as ApolloCallContext;
    try {
      const { data, errors } = await this.dataSource.process({
        kind: INCOMING_OPERATION,
        request: { query, variables: { ...variables } },
        incomingRequestContext: incoming,
        context: incoming.context,
      });
      return { ...(data !== undefined && { data }), ...(errors && { errors }) };
    } catch (error) {
      if (error instanceof GraphQLError) return { data: null, errors: [error.toJSON()] };
      throw serviceUnavailableError(this.name, error);
    }
  }

  subscribe(): Promise<never> {
    return Promise.reject(
      new GraphQLError('Data sources of Apollo have no subscriptions.', {
        extensions: { code: 'BAD_REQUEST' },
      }),
    );
  }

  async ping(): Promise<void> {
    const request = { query: '{ __typename }' };
    const { errors } = await this.dataSource.process({ kind: HEALTH_CHECK, request, context: {} });
    const [first] = errors ?? [];
    if (first) throw new GraphQLError(`The subgraph ${this.name} is not healthy: ${first.message}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
