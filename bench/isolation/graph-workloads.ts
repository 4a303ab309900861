import type { Workload } from './workload.js';

/** Entries that a list may have. */
const ENTRIES = 1000;

/** The most expensive operations that were found in the platform's graph; all but the first are within its limits. */
export const graphWorkloads: readonly Workload[] = [
  {
    name: 'regions of regions, four deep',
    sentence:
      'Pages of 36 clusters in each other: 173 bytes that ask for 1.7 million places; refused by its cost.',
    parallel: 12,
    send: (attacker) => attacker.ask(regionsOfRegions(36, 4)),
  },
  {
    name: 'regions of regions',
    sentence:
      'Pages of 15 clusters in each other, as deep as is admitted: few objects in very many places of the answer.',
    parallel: 12,
    send: (attacker) => attacker.ask(regionsOfRegions(15, 3)),
  },
  {
    name: 'components of components',
    sentence: 'Components of clusters of components: 1.4 MB of answer from a few hundred objects.',
    parallel: 12,
    send: (attacker) =>
      attacker.ask(
        `{ clusters(first: 10) { nodes ${nested('{ name components(first: 10) { nodes { name cluster', '} } }', 3)} } }`,
      ),
  },
  {
    name: 'workloads of all clusters',
    sentence: 'The workloads of every cluster, twice: each asks the API server of every cluster.',
    parallel: 12,
    send: (attacker) => attacker.ask(aliased(2, () => 'workloads(first: 500) { nodes { name yaml } }')),
  },
  {
    name: 'time zones',
    sentence: 'Every time zone twenty times: 1.8 MB of computed values.',
    parallel: 12,
    send: (attacker) => attacker.ask(aliased(20, () => 'timeZones { id utcOffset localTime }')),
  },
  {
    name: 'the schema',
    sentence: 'Types of the fields of types of the schema, three deep.',
    parallel: 12,
    send: (attacker) =>
      attacker.ask(`{ __schema { types ${nested('{ name fields { name type { name ofType', '} } }', 2)} } }`),
  },
  {
    name: 'metrics',
    sentence: 'A minute to a point of the last hours of every cluster, and the components of its nodes.',
    parallel: 12,
    send: (attacker) => attacker.ask(METRICS, lastHours()),
  },
  {
    name: 'variable echoed',
    sentence: `A list of ${ENTRIES} unknown ids in one variable, given to twenty mutations that refuse it.`,
    parallel: 12,
    send: (attacker) => {
      const ids = Array.from({ length: ENTRIES }, (_, index) => `unknown-${index}-${'x'.repeat(500)}`);
      const one = (alias: string) =>
        `${alias}: removeNodes(input: $input) { userErrors { code message path } }`;
      const fields = Array.from({ length: 20 }, (_, index) => one(`a${index}`));
      return attacker.ask(`mutation($input: RemoveNodesInput!) { ${fields.join(' ')} }`, {
        input: { nodePoolId: 'unknown', nodeIds: ids, release: false },
      });
    },
  },
  {
    name: 'large variables',
    sentence: 'A list of 90,000 entries in a variable, a megabyte, refused.',
    parallel: 12,
    send: (attacker) =>
      attacker.ask(
        'mutation($input: CreateNodePoolInput!) { createNodePool(input: $input) { userErrors { code } } }',
        {
          input: { instanceTypes: Array.from({ length: 90_000 }, (_, index) => `c${index}`) },
        },
      ),
  },
  {
    name: 'new documents',
    sentence:
      'Documents of thousands of fields that are new to the gateway: parsing, validation and planning.',
    parallel: 12,
    send: (attacker, turn) => attacker.ask(manyFields(turn)),
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

/** `region { clusters { nodes { region …` so many times in each other. */
function regionsOfRegions(page: number, depth: number): string {
  return `{ clusters(first: 1) { nodes ${nested(`{ name region { clusters(first: ${page}) { nodes`, '} } }', depth)} } }`;
}

/** What opens, so many times in each other, around a name. */
function nested(open: string, close: string, depth: number): string {
  return depth === 0 ? '{ name }' : `${open} ${nested(open, close, depth - 1)} ${close}`;
}

function aliased(count: number, field: () => string): string {
  return `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field()}`).join(' ')} }`;
}

/** Another document for each turn. */
function manyFields(turn: number): string {
  const fields = Array.from({ length: 240 }, () => '...F').join(' ');
  return `query Q${turn}_${process.pid} { clusters(first: 1) { nodes { ${fields} } } } fragment F on Cluster {
    id name state region { id name city localName } nodePools(first: 1) { nodes { id name state desiredSize totalNodes } } }`;
}
