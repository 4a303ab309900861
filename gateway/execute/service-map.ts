import type { ServiceMap } from '@apollo/gateway';
import type { FetchNode } from '@apollo/query-planner';
import type { SubgraphResult } from '../../kernel/graph/wire.js';
import type { CallContext } from './call-context.js';
import type { SubgraphSource } from './subgraph-source.js';

type Service = ServiceMap[string];

/** The sources as the plan executor calls them. */
export function serviceMap(sources: ReadonlyMap<string, SubgraphSource>): ServiceMap {
  return Object.fromEntries([...sources].map(([name, source]) => [name, serviceOf(source)]));
}

/** The same, but the first time the primary fetch of a subscription is made, it is answered with the event. */
export function replayMap(services: ServiceMap, primary: FetchNode, event: SubgraphResult): ServiceMap {
  const service = services[primary.serviceName];
  let replayed = false;
  const replay: Service = {
    process: (options) => {
      if (replayed || options.request.query !== primary.operation)
        return service ? service.process(options) : Promise.resolve({});
      replayed = true;
      return Promise.resolve(event as Awaited<ReturnType<Service['process']>>);
    },
  };
  return { ...services, [primary.serviceName]: replay };
}

/** The variables that a fetch uses, of those that the client gave. */
export function pickVariables(
  names: readonly string[] | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> {
  const given = variables ?? {};
  const used = (names ?? []).filter((name) => Object.hasOwn(given, name) && given[name] !== undefined);
  return Object.fromEntries(used.map((name) => [name, given[name]]));
}

function serviceOf(source: SubgraphSource): Service {
  return {
    process: async ({ request, context }) => {
      const { query, operationName, variables } = request;
      // The executor hands our own context through untouched.
      const result = await source.execute(
        { query: query ?? '', operationName, variables },
        context as CallContext,
      );
      return result as Awaited<ReturnType<Service['process']>>;
    },
  };
}
