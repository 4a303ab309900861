import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { Credential, Credentials } from '../../credentials.js';
import type { ServiceAccountTokens } from '../../service-account-tokens.js';
import type { ClusterContext } from '../cluster/context.js';
import type { OpenStreams } from './open-streams.js';
import { serviceAccountCredential } from './service-account-credential.js';

/** A cluster whose API server is available. */
export type ServedCluster = SimulatedApiServer | ProxiedApiServer;

/** A simulated API server. */
export interface SimulatedApiServer {
  readonly context: ClusterContext;
  readonly account: string;
  /** Version of the control plane, e.g. `1.32.1`. */
  readonly version: string;
  edition(): 'STANDARD' | 'PRO';
}

/** A request to a real API server. */
interface ProxiedRequest {
  /** Path and query at the API server, as the client wrote them. */
  readonly path: string;
  readonly request: IncomingMessage;
}

/** A real API server, which authenticates the token of each request itself. */
interface ProxiedApiServer {
  readonly account: string;
  readonly proxy: {
    forward(call: ProxiedRequest, response: ServerResponse): Promise<void>;
    /** Forwards a request to switch protocols. */
    forwardUpgrade(call: ProxiedRequest, client: Duplex, head: Buffer): void;
  };
}

export interface ApiServerOptions {
  /** The cluster with the id. Throws ApiError if there is none, or its API server is unavailable. */
  cluster(id: string): ServedCluster;
  readonly credentials: Credentials;
  readonly tokens: ServiceAccountTokens;
  readonly streams: OpenStreams;
  readonly clock: Clock;
  readonly log: Log;
}

/** A token of a service account that a cluster accepts. */
interface AcceptedToken {
  readonly credential: Credential;
  /** All audiences of the token. */
  readonly audiences: readonly string[];
}

/** The credential of a service account's token for the audiences; undefined if the cluster does not accept it. */
export async function serviceAccountOf(
  { tokens, clock, cluster }: ApiServerOptions,
  clusterId: string,
  { token, audiences }: { readonly token: string; readonly audiences?: readonly string[] },
): Promise<AcceptedToken | undefined> {
  const verified = await tokens.verify(clusterId, token, clock.now());
  const served = verified && cluster(clusterId);
  if (!served || !('context' in served)) return undefined;
  const credential = serviceAccountCredential(served.context, verified, audiences);
  return credential && { credential, audiences: verified.audiences };
}
