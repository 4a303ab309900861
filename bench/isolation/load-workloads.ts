import type { Attacker } from './attacker.js';
import type { Workload } from './workload.js';

const APPLY =
  'applyManifest(input: { clusterId: $id, yaml: $yaml }) { objects { name } userErrors { code } }';
/** Bytes of a manifest. */
const MANIFEST = 800_000;
const REQUESTS = 1_300;

/** Cheap operations in large numbers, and large documents. */
export const loadWorkloads: readonly Workload[] = [
  {
    name: 'manifests',
    description: `40 manifests of ${MANIFEST / 1e6} MB at once, each with one ConfigMap.`,
    parallel: 40,
    send: (attacker, turn) =>
      attacker.send(`mutation($id: ID!, $yaml: String!) { ${APPLY} }`, {
        id: attacker.clusterId(turn),
        yaml: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m${turn % 40} }\ndata: { text: "${String(turn)}${'x'.repeat(MANIFEST)}" }\n`,
      }),
  },
  {
    name: 'merge keys',
    description: 'A batch of 10 operations, each with 20 manifests of 15 kB of YAML merge keys.',
    parallel: 4,
    send: (attacker, turn) => attacker.post(mergeKeyBatch(attacker.clusterId(turn))),
  },
  {
    name: 'parallel requests',
    description: `${REQUESTS} requests at once, each with three levels over three subgraphs.`,
    parallel: REQUESTS,
    send: (attacker) =>
      attacker.send(
        '{ clusters(first: 20) { nodes { id name region { id localName } nodePools(first: 5) { nodes { name } } } } }',
      ),
  },
  {
    name: 'large lists',
    description: "Lists of 2,000 ConfigMaps of 10 kB from one cluster's Kubernetes API, six at once.",
    parallel: 6,
    prepare: createConfigMaps,
    send: async (attacker) => attacker.kubernetes('GET', `${CONFIG_MAPS}?limit=0`),
  },
];

/** Each map merges the previous one twice. */
function mergeKeyBatch(clusterId: string): string {
  const lines = Array.from({ length: 300 }, (_, index) => {
    const before = `*a${Math.max(0, index - 1)}`;
    return `  k${index}: &a${index} { ${index === 0 ? '' : `<<: [${before}, ${before}], `}f${index}: ${index} }`;
  });
  const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\ndata:\n${lines.join('\n')}\n`;
  const fields = Array.from({ length: 20 }, (_, index) => `a${index}: ${APPLY}`);
  const query = `mutation($id: ID!, $yaml: String!) { ${fields.join(' ')} }`;
  return JSON.stringify(Array.from({ length: 10 }, () => ({ query, variables: { id: clusterId, yaml } })));
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

async function createConfigMaps(attacker: Attacker): Promise<void> {
  const remaining = Array.from({ length: 2_000 }, (_, index) => index);
  const createMany = async () => {
    for (let index = remaining.pop(); index !== undefined; index = remaining.pop())
      await attacker.kubernetes('POST', CONFIG_MAPS, {
        metadata: { name: `large-${index}` },
        data: { text: 'x'.repeat(10_000) },
      });
  };
  await Promise.all(Array.from({ length: 8 }, createMany));
}
