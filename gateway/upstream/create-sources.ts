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
      /** Where it says whether it can do its work: 200 when it can. Default a query is asked of it. */
      readonly readyUrl?: string | undefined;
    };

export interface SourceOptions {
  readonly locations: Readonly<Record<string, SubgraphLocation>>;
  /** Addresses that the supergraph names; used where no location is given. */
  readonly named: readonly { readonly name: string; readonly url: string }[];
  /** Key with which actors are vouched for; without it subgraphs are not told who asks. */
  readonly actorKey?: Uint8Array | undefined;
  /** Bytes of an answer of a subgraph that are read at the most. Default as many as it has. */
  readonly answerBytes?: number;
  /** Requests on their way, when there are sources already. */
  readonly flights?: InFlightRequests | undefined;
}

/** A source for each subgraph of the supergraph. */
export function createSources({
  locations,
  named,
  actorKey,
  answerBytes = Infinity,
  flights = new InFlightRequests(),
}: SourceOptions): Map<string, SubgraphSource> {
  const actorHeader = actorKey && new ActorHeader(actorKey);
  return new Map(
    named.map(({ name, url }) => {
      const location = locations[name] ?? { kind: 'remote', url };
      const source =
        location.kind === 'local'
          ? new LocalSource(location.subgraph, flights)
          : new HttpSource({ ...location, name, actorHeader, inFlightRequests: flights, answerBytes });
      return [name, source] as const;
    }),
  );
}
