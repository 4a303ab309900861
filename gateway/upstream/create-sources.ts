import type { SubgraphEndpoint } from '../../protocol/subgraph-endpoint.js';
import { ActorHeader } from './http/actor-header.js';
import { InFlightRequests } from './call/in-flight-requests.js';
import { HttpSource } from './http/http-source.js';
import { LocalSource } from './local-source.js';
import type { SubgraphSource } from './call/subgraph-source.js';

/** Where a subgraph runs. */
export type SubgraphLocation =
  | { readonly kind: 'local'; readonly subgraph: SubgraphEndpoint }
  | {
      readonly kind: 'remote';
      readonly url: string;
      /** Readiness URL, 200 when ready. Default: a query is sent to the subgraph. */
      readonly readyUrl?: string | undefined;
      /** Milliseconds between pings of the WebSocket for subscriptions. Default 10,000. */
      readonly pingInterval?: number | undefined;
    };

export interface SourceOptions {
  readonly locations: Readonly<Record<string, SubgraphLocation>>;
  /** URLs of the supergraph, used for subgraphs without a location. */
  readonly named: readonly { readonly name: string; readonly url: string }[];
  /** Key that signs the actor header; without it no actor is sent. */
  readonly actorKey?: Uint8Array | undefined;
  /** Maximum size of a subgraph response in bytes. Default unlimited. */
  readonly responseBytes?: number;
  /** In-flight requests shared with existing sources. */
  readonly inFlightRequests?: InFlightRequests | undefined;
}

/** Creates a source for each subgraph of the supergraph. */
export function createSources({
  locations,
  named,
  actorKey,
  responseBytes = Infinity,
  inFlightRequests: inFlightRequests = new InFlightRequests(),
}: SourceOptions): Map<string, SubgraphSource> {
  const actorHeader = actorKey && new ActorHeader(actorKey);
  return new Map(
    named.map(({ name, url }) => {
      const location = locations[name] ?? { kind: 'remote', url };
      const source =
        location.kind === 'local'
          ? new LocalSource(location.subgraph, inFlightRequests)
          : new HttpSource({ ...location, name, actorHeader, inFlightRequests, responseBytes });
      return [name, source] as const;
    }),
  );
}
