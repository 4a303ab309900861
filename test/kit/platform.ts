import { type AllInOne, startAllInOne } from '../../roles/all-in-one.js';
import { accountScopes } from '../../access/scopes.js';
import { mintAccessToken } from '../../access/access-token.js';
import { type Clock, systemClock } from '../../kernel/clock.js';
import { type Log, createLog } from '../../kernel/log.js';
import { currentRequestScope } from '../../kernel/request-scope.js';
import { fleetgraphPage } from '../../roles/fleetgraph-page.js';
import type { GatewaySettings } from '../../roles/gateway-settings.js';
import type { ControlPlaneSettings } from '../../kubesim/simulation.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { clientTokens } from './client-tokens.js';
import { testTiming } from './engine-timing.js';

export const AUTH_SECRET = clientTokens.keys.secret;
export const PLATFORM_SECRET = 'test-platform-secret-of-at-least-32-characters';

export interface TestPlatformOptions {
  /** Speed of the simulated cloud as a multiple of real time. Default 1,000. */
  readonly simulationSpeed?: number;
  readonly engineConcurrency?: number;
  /** Default: simulated control planes only. */
  readonly controlPlane?: ControlPlaneSettings;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Log level of the platform; `warn` helps when a test fails. Default silent. */
  readonly logLevel?: string;
  /** Destination of the log. */
  readonly log?: Log;
  /** Settings of the gateway. */
  readonly gateway?: Partial<GatewaySettings>;
}

/** The platform on free ports and a separate database. */
export interface TestPlatform extends AsyncDisposable {
  /** Base URL of the gateway; GraphQL at `<url>/graphql`. */
  readonly url: string;
  readonly cloudUrl: string;
  readonly metricsUrl: string | undefined;
  readonly kit: TestDatabase;
  /** A bearer token for the account. */
  token(account?: string, options?: TestTokenOptions): Promise<string>;
  /** Sends a GraphQL request over HTTP as the account and returns the response body. */
  request<T>(query: string, variables?: Record<string, unknown>, account?: string): Promise<GraphQLBody<T>>;
  /** SQL statements of client requests while `work` runs, without those of the engine. */
  statements(work: () => Promise<unknown>): Promise<string[]>;
}

/** A GraphQL response body; the caller gives the type of `data`. */
export interface GraphQLBody<T = unknown> {
  readonly data?: T | null;
  readonly errors?: readonly {
    message: string;
    path?: (string | number)[];
    extensions?: Record<string, unknown>;
  }[];
}

/** Claims of a test token besides the account. */
export interface TestTokenOptions {
  /** Default 3600. */
  readonly ttlSeconds?: number;
  /** Default `<account>-tester`. */
  readonly subject?: string;
  /** Default all scopes of an account holder. */
  readonly scopes?: readonly string[];
}

/** A bearer token for a test account. */
export function testToken(account = 'acme', options: TestTokenOptions = {}): Promise<string> {
  const { ttlSeconds = 3600, subject = `${account}-tester`, scopes = accountScopes } = options;
  return mintAccessToken(AUTH_SECRET, { account, subject, ttlSeconds, scopes });
}

export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  await using started = new AsyncDisposableStack();
  const kit = started.use(await createTestDatabase());
  let recorded: string[] | undefined;
  const platform: AllInOne = started.use(
    await startAllInOne({
      host: '127.0.0.1',
      port: 0,
      databaseUrl: kit.url,
      poolSize: 20,
      secret: PLATFORM_SECRET,
      auth: { kind: 'secret', secret: AUTH_SECRET },
      graphiql: fleetgraphPage,
      engineConcurrency: options.engineConcurrency ?? 10,
      engineTiming: testTiming,
      kubesimPort: 0,
      simulationSpeed: options.simulationSpeed ?? 1_000,
      ...(options.controlPlane && { controlPlane: options.controlPlane }),
      clock: options.clock ?? systemClock,
      log: options.log ?? createLog(options.logLevel ?? 'silent'),
      ...(options.gateway && { gateway: options.gateway }),
      onStatement: (sql) => currentRequestScope()?.abortScope && recorded?.push(sql),
    }),
  );
  const running = started.move();
  return {
    url: platform.url,
    cloudUrl: platform.cloudUrl,
    metricsUrl: platform.metricsUrl,
    kit,
    token: testToken,
    request: (query, variables = {}, account = 'acme') =>
      graphqlRequest(platform.url, { query, variables, account }),
    async statements(work) {
      const mine: string[] = [];
      recorded = mine;
      await work();
      recorded = undefined;
      return mine;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A request with a given token or one for an account. */
export interface GraphqlRequest extends Pick<TestTokenOptions, 'scopes' | 'subject'> {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly account?: string;
  readonly token?: string;
}

/** Sends a GraphQL request over HTTP. */
export async function graphqlRequest<T>(url: string, request: GraphqlRequest): Promise<GraphQLBody<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${request.token ?? (await testToken(request.account, request))}`,
    },
    body: JSON.stringify({ query: request.query, variables: request.variables ?? {} }),
  });
  return (await response.json()) as GraphQLBody<T>;
}
