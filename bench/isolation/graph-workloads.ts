import type { Workload } from './workload.js';

/** The limit of entries of a list. */
const ENTRIES = 1000;

/** The most expensive operations known in the platform's graph; all but the first are within its limits. */
export const graphWorkloads: readonly Workload[] = [
  {
    name: 'regions of regions, four deep',
    description:
      'Nested pages of 36 clusters: 173 bytes that select 1.7 million objects; rejected because of their cost.',
    parallel: 12,
    send: (attacker) => attacker.send(regionsOfRegions(36, 4)),
  },
  {
    name: 'regions of regions',
    description:
      'Nested pages of 15 clusters, as deep as the cost limit allows: few objects, repeated very often in the response.',
    parallel: 12,
    send: (attacker) => attacker.send(regionsOfRegions(15, 3)),
  },
  {
    name: 'components of components',
    description: 'Components of clusters of components: a response of 1.4 MB from a few hundred objects.',
    parallel: 12,
    send: (attacker) =>
      attacker.send(
        `{ clusters(first: 10) { nodes ${nested('{ name components(first: 10) { nodes { name cluster', '} } }', 3)} } }`,
      ),
  },
  {
    name: 'workloads of all clusters',
    description: 'The workloads of every cluster, twice: each reads from the API server of every cluster.',
    parallel: 12,
    send: (attacker) => attacker.send(aliased(2, () => 'workloads(first: 500) { nodes { name yaml } }')),
  },
  {
    name: 'time zones',
    description: 'All time zones twenty times: 1.8 MB of computed values.',
    parallel: 12,
    send: (attacker) => attacker.send(aliased(20, () => 'timeZones { id utcOffset localTime }')),
  },
  {
    name: 'the schema',
    description: 'Introspection: types of the fields of types, three levels.',
    parallel: 12,
    send: (attacker) =>
      attacker.send(
        `{ __schema { types ${nested('{ name fields { name type { name ofType', '} } }', 2)} } }`,
      ),
  },
  {
    name: 'metrics',
    description:
      'Metrics of every cluster for 16 hours at one point per minute, and the components of its nodes.',
    parallel: 12,
    send: (attacker) => attacker.send(METRICS, lastHours()),
  },
  {
    name: 'variable echoed',
    description: `A list of ${ENTRIES} unknown ids in one variable, passed to twenty mutations that reject it.`,
    parallel: 12,
    send: (attacker) => {
      const ids = Array.from({ length: ENTRIES }, (_, index) => `unknown-${index}-${'x'.repeat(500)}`);
      const mutation = (alias: string) =>
        `${alias}: removeNodes(input: $input) { userErrors { code message path } }`;
      const fields = Array.from({ length: 20 }, (_, index) => mutation(`a${index}`));
      return attacker.send(`mutation($input: RemoveNodesInput!) { ${fields.join(' ')} }`, {
        input: { nodePoolId: 'unknown', nodeIds: ids, release: false },
      });
    },
  },
  {
    name: 'large variables',
    description: 'A list of 90,000 entries in a variable, a megabyte; rejected.',
    parallel: 12,
    send: (attacker) =>
      attacker.send(
        'mutation($input: CreateNodePoolInput!) { createNodePool(input: $input) { userErrors { code } } }',
        {
          input: { instanceTypes: Array.from({ length: 90_000 }, (_, index) => `c${index}`) },
        },
      ),
  },
  {
    name: 'new documents',
    description:
      'Documents of thousands of fields that are not in the cache: parsing, validation and planning.',
    parallel: 12,
    send: (attacker, turn) => attacker.send(manyFields(turn)),
  },
];

const METRICS = `query Metrics($from: DateTime!, $to: DateTime!) {
  clusters(first: 36) { nodes {
    metrics(from: $from, to: $to, step: 60) { name points { at value } }
    nodes(first: 1) { nodes { components { name status } } }
  } }
}`;

/** The last sixteen hours, in whole minutes: 960 points. */
function lastHours(): { readonly from: string; readonly to: string } {
  const to = Math.floor(Date.now() / 60_000) * 60_000;
  return { from: new Date(to - 960 * 60_000).toISOString(), to: new Date(to).toISOString() };
}

/** `region { clusters { nodes { region …`, nested to a depth. */
function regionsOfRegions(page: number, depth: number): string {
  return `{ clusters(first: 1) { nodes ${nested(`{ name region { clusters(first: ${page}) { nodes`, '} } }', depth)} } }`;
}

/** `open` and `close`, nested to a depth around `{ name }`. */
function nested(open: string, close: string, depth: number): string {
  return depth === 0 ? '{ name }' : `${open} ${nested(open, close, depth - 1)} ${close}`;
}

function aliased(count: number, field: () => string): string {
  return `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field()}`).join(' ')} }`;
}

/** A different document for each turn. */
function manyFields(turn: number): string {
  const fields = Array.from({ length: 240 }, () => '...F').join(' ');
  return `query Q${turn}_${process.pid} { clusters(first: 1) { nodes { ${fields} } } } fragment F on Cluster {
    id name state region { id name city localName } nodePools(first: 1) { nodes { id name state desiredSize totalNodes } } }`;
}
