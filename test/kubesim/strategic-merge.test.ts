import { expect, test } from 'vitest';
import { strategicMerge } from '../../kubesim/kubernetes/patches/strategic-merge.js';
import { kubernetesApi } from '../../kubesim/kubernetes/schema/kubernetes-api.js';
import { mergeKeysOf } from '../../kubesim/kubernetes/schema/merge-keys.js';

function merging(group: string, kind: string) {
  const schema = kubernetesApi('1.34.3').schemaOf(group, 'v1', kind);
  if (!schema) throw new Error(`there is no kind ${kind}`);
  return mergeKeysOf(schema);
}

const podSpec = merging('', 'Pod').of('spec');
const container = podSpec?.of('containers');
const metadata = merging('', 'Pod').of('metadata');
const deploymentSpec = merging('apps', 'Deployment').of('spec');
const serviceSpec = merging('', 'Service').of('spec');
const nodeSpec = merging('', 'Node').of('spec');

const web = { name: 'web', image: 'a:1', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] };
test.each([
  [
    'containers merge by name',
    podSpec,
    { containers: [web] },
    { containers: [{ name: 'web', image: 'a:2' }] },
    { containers: [{ ...web, image: 'a:2' }] },
  ],
  [
    'ports of a container merge by containerPort',
    podSpec,
    { containers: [web] },
    { containers: [{ name: 'web', ports: [{ containerPort: 81 }] }] },
    { containers: [{ ...web, ports: [{ containerPort: 81 }, { containerPort: 80 }] }] },
  ],
  [
    'ports of a service merge by port alone, as in Kubernetes',
    serviceSpec,
    { ports: [{ port: 53, protocol: 'TCP' }] },
    { ports: [{ port: 53, protocol: 'UDP' }] },
    { ports: [{ port: 53, protocol: 'UDP' }] },
  ],
  [
    'containers of a pod template merge at their depth',
    deploymentSpec,
    { template: { spec: { containers: [web] } } },
    { template: { spec: { containers: [{ name: 'web', image: 'a:2' }] } } },
    { template: { spec: { containers: [{ ...web, image: 'a:2' }] } } },
  ],
  [
    'tolerations, a list without a merge key, are replaced',
    podSpec,
    { tolerations: [{ key: 'a' }] },
    { tolerations: [{ key: 'b' }] },
    { tolerations: [{ key: 'b' }] },
  ],
  [
    'taints of a node, an atomic list, are replaced',
    nodeSpec,
    { taints: [{ key: 'a', effect: 'NoSchedule' }] },
    { taints: [{ key: 'b', effect: 'NoExecute' }] },
    { taints: [{ key: 'b', effect: 'NoExecute' }] },
  ],
  [
    'a list is replaced whose name is that of a list that merges elsewhere',
    podSpec,
    { securityContext: { conditions: [{ type: 'a' }] } },
    { securityContext: { conditions: [{ type: 'b' }] } },
    { securityContext: { conditions: [{ type: 'b' }] } },
  ],
  [
    'finalizers merge as a set',
    metadata,
    { finalizers: ['a', 'b'] },
    { finalizers: ['b', 'c'] },
    { finalizers: ['a', 'b', 'c'] },
  ],
  [
    '$patch: delete takes an entry away',
    podSpec,
    { containers: [web, { name: 'b' }] },
    { containers: [{ name: 'b', $patch: 'delete' }] },
    { containers: [web] },
  ],
  [
    '$patch: replace replaces a list',
    podSpec,
    { containers: [web] },
    { containers: [{ $patch: 'replace' }, { name: 'c' }] },
    { containers: [{ name: 'c' }] },
  ],
  [
    '$patch: replace replaces an object',
    podSpec,
    { securityContext: { runAsUser: 1 } },
    { securityContext: { $patch: 'replace', runAsGroup: 2 } },
    { securityContext: { runAsGroup: 2 } },
  ],
  [
    '$patch: merge merges an object',
    podSpec,
    { securityContext: { runAsUser: 1 } },
    { securityContext: { $patch: 'merge', runAsGroup: 2 } },
    { securityContext: { runAsUser: 1, runAsGroup: 2 } },
  ],
  [
    '$setElementOrder orders a list by its merge key',
    container,
    { env: [{ name: 'a' }, { name: 'b' }] },
    { '$setElementOrder/env': [{ name: 'b' }, { name: 'a' }] },
    { env: [{ name: 'b' }, { name: 'a' }] },
  ],
  [
    '$setElementOrder orders a set, and values that it does not name keep their place',
    metadata,
    { finalizers: ['x', 'a'] },
    { '$setElementOrder/finalizers': ['b', 'a'], finalizers: ['b'] },
    { finalizers: ['b', 'x', 'a'] },
  ],
  [
    '$retainKeys keeps only what it names',
    deploymentSpec,
    { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
    { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    { strategy: { type: 'Recreate' } },
  ],
  [
    '$deleteFromPrimitiveList removes values',
    metadata,
    { finalizers: ['a', 'b'] },
    { '$deleteFromPrimitiveList/finalizers': ['a'] },
    { finalizers: ['b'] },
  ],
  ['lists of plain values are replaced', container, { args: ['a'] }, { args: ['b'] }, { args: ['b'] }],
  ['null removes a field', podSpec, { a: 1, b: 2 }, { a: null }, { b: 2 }],
])('applies a strategic merge patch: %s', (_what, keys, target, patch, result) => {
  expect(keys).toBeDefined();
  expect(strategicMerge(target, patch, keys)).toEqual(result);
});

test('rejects a strategic merge patch with an unknown $patch', () => {
  expect(() => strategicMerge({}, { $patch: 'add' }, podSpec)).toThrow(
    'unknown patch type: add in map: map[$patch:add]',
  );
});

test('rejects an entry of a list without its merge key', () => {
  expect(() => strategicMerge({}, { containers: [{ image: 'a' }] }, podSpec)).toThrow(
    'does not contain declared merge key: name',
  );
});

const named = (name: string, more: object = {}) => ({ name, ...more });

test('puts the entries of a strategic merge patch into its order, merges into the first of a name and removes all of it', () => {
  const containers = [named('a', { image: '1' }), named('b'), named('a'), named('c')];
  const merge = (...patch: object[]) => strategicMerge({ containers }, { containers: patch }, podSpec);
  expect(merge(named('d'), named('a', { image: '2' }), named('d', { image: '3' }))).toEqual({
    containers: [named('d', { image: '3' }), named('a', { image: '2' }), named('a'), named('b'), named('c')],
  });
  expect(merge(named('a', { $patch: 'delete' }), named('a', { image: '4' }))).toEqual({
    containers: [named('a', { image: '4' }), named('b'), named('c')],
  });
});

test('merges 150,000 named entries in linear time', () => {
  const entries = (first: number) => Array.from({ length: 150_000 }, (_, n) => named(`v${first + n}`));
  const merged = strategicMerge({ volumes: entries(0) }, { volumes: entries(75_000) }, podSpec);
  expect(merged).toMatchObject({ volumes: { length: 225_000 } });
});
