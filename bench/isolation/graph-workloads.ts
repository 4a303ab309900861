import type { Workload } from './workloads.js';

const ENTRIES = 90_000;

/** The most expensive operations that were found in the platform's graph. */
export const graphWorkloads: readonly Workload[] = [
  {
    name: 'regions of regions',
    sentence: 'Four lists of clusters in each other: few objects in very many places of the answer.',
    parallel: 12,
    send: (attacker) => attacker.ask(regionsOfRegions(4)),
  },
  {
    name: 'variable echoed',
    sentence: `One variable of ${ENTRIES} entries given to 20 mutations that refuse it.`,
    parallel: 4,
    send: (attacker) => {
      const list = Array.from({ length: ENTRIES }, (_, index) => `c${index}`);
      const fields = Array.from(
        { length: 20 },
        (_, index) => `a${index}: createNodePool(input: $input) { userErrors { code message path } }`,
      );
      return attacker.ask(`mutation($input: CreateNodePoolInput!) { ${fields.join(' ')} }`, {
        input: { clusterId: attacker.clusterId(0), name: 'x', instanceTypes: list },
      });
    },
  },
  {
    name: 'new documents',
    sentence: 'Documents of 5,000 fields that nobody has seen: parsing, validation and planning.',
    parallel: 8,
    send: (attacker, turn) => attacker.ask(manyFields(turn)),
  },
];

/** `region { clusters { nodes { region …` so many times in each other. */
function regionsOfRegions(depth: number): string {
  let inner = 'name';
  for (let level = 0; level < depth; level++) inner = `region { clusters(first: 36) { nodes { ${inner} } } }`;
  return `{ clusters(first: 1) { nodes { ${inner} } } }`;
}

/** Another document for each turn. */
function manyFields(turn: number): string {
  const fields = Array.from({ length: 240 }, () => '...F').join(' ');
  return `query Q${turn}_${process.pid} { clusters(first: 1) { nodes { ${fields} } } } fragment F on Cluster {
    id name state region { id name city localName } nodePools(first: 1) { nodes { id name state desiredSize totalNodes } } }`;
}
