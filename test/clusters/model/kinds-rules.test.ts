import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type KindRequest, kindOf } from '../../../subgraphs/clusters/model/cluster-kind.rules.js';
import { kindProblems, type RequestOfKind } from '../../../subgraphs/clusters/model/kind-plan.rules.js';
import { labelsOfKind, type LabelledPool } from '../../../subgraphs/clusters/model/pool-labels.rules.js';
import { allCombinations, kindCatalog } from '../../../subgraphs/clusters/api/cluster-kind/kind-catalog.js';

const MANAGED = 'MANAGED_KUBERNETES';
const DEDICATED = 'KUBERNETES';
const REGISTERED = 'EXTERNAL_KUBERNETES';

describe('kind of a cluster', () => {
  const base = { spec: null, capability: null, masters: 0, controlPlane: 'PLATFORM', nodePools: true };
  test.each<[KindRequest, object]>([
    [{ type: MANAGED }, { ...base, name: 'STANDARD', product: 'ACK_STANDARD', spec: 'STANDARD' }],
    [
      { type: MANAGED, spec: 'PRO' },
      { ...base, name: 'PRO', product: 'ACK_PRO', spec: 'PRO' },
    ],
    [
      { type: DEDICATED },
      { ...base, name: 'DEDICATED', product: 'ACK_DEDICATED', masters: 3, controlPlane: 'ACCOUNT' },
    ],
    [
      { type: MANAGED, spec: 'PRO', capability: 'GPU' },
      { ...base, name: 'HETEROGENEOUS', product: 'ACK_PRO', spec: 'PRO', capability: 'GPU' },
    ],
    [
      { type: DEDICATED, capability: 'GPU' },
      {
        ...base,
        name: 'HETEROGENEOUS',
        product: 'ACK_DEDICATED',
        capability: 'GPU',
        masters: 3,
        controlPlane: 'ACCOUNT',
      },
    ],
    [
      { type: MANAGED, capability: 'SANDBOX' },
      { ...base, name: 'SANDBOX', product: 'ACK_STANDARD', spec: 'STANDARD', capability: 'SANDBOX' },
    ],
    [
      { type: DEDICATED, capability: 'SANDBOX' },
      {
        ...base,
        name: 'SANDBOX',
        product: 'ACK_DEDICATED',
        capability: 'SANDBOX',
        masters: 3,
        controlPlane: 'ACCOUNT',
      },
    ],
    [
      { type: MANAGED, spec: 'PRO', capability: 'CONFIDENTIAL' },
      { ...base, name: 'CONFIDENTIAL', product: 'ACK_PRO', spec: 'PRO', capability: 'CONFIDENTIAL' },
    ],
    [
      { type: MANAGED, profile: 'EDGE' },
      { ...base, name: 'EDGE', product: 'EDGE_STANDARD', spec: 'STANDARD' },
    ],
    [
      { type: MANAGED, profile: 'EDGE', spec: 'PRO' },
      { ...base, name: 'EDGE', product: 'EDGE_PRO', spec: 'PRO' },
    ],
    [
      { type: MANAGED, profile: 'SERVERLESS' },
      { ...base, name: 'SERVERLESS', product: 'ASK_STANDARD', spec: 'STANDARD', nodePools: false },
    ],
    [
      { type: MANAGED, profile: 'SERVERLESS', spec: 'PRO' },
      { ...base, name: 'SERVERLESS', product: 'ASK_PRO', spec: 'PRO', nodePools: false },
    ],
    [
      { type: REGISTERED },
      { ...base, name: 'REGISTERED', product: 'REGISTERED', controlPlane: 'EXTERNAL', nodePools: false },
    ],
  ])('%o has the kind %o', (request, expected) => {
    expect(kindOf(request)).toMatchObject({ kind: expected, problems: [] });
  });

  test.each<[KindRequest, string[][]]>([
    [{ type: DEDICATED, profile: 'EDGE' }, [['INVALID_INPUT', 'profile']]],
    [{ type: DEDICATED, profile: 'SERVERLESS' }, [['INVALID_INPUT', 'profile']]],
    [{ type: DEDICATED, spec: 'PRO' }, [['INVALID_INPUT', 'spec']]],
    [{ type: REGISTERED, profile: 'SERVERLESS' }, [['INVALID_INPUT', 'profile']]],
    [{ type: REGISTERED, spec: 'PRO' }, [['INVALID_INPUT', 'spec']]],
    [{ type: REGISTERED, capability: 'GPU' }, [['UNSUPPORTED_BY_KIND', 'capability']]],
    [{ type: MANAGED, profile: 'SERVERLESS', capability: 'GPU' }, [['UNSUPPORTED_BY_KIND', 'capability']]],
    [{ type: MANAGED, profile: 'EDGE', capability: 'SANDBOX' }, [['UNSUPPORTED_BY_KIND', 'capability']]],
    [{ type: DEDICATED, capability: 'CONFIDENTIAL' }, [['UNSUPPORTED_BY_KIND', 'capability']]],
  ])('%o has no kind', (request, expected) => {
    const { kind, problems } = kindOf(request);
    expect(kind).toBeUndefined();
    expect(problems.map(({ code, path }) => [code, path?.[1]])).toEqual(expected);
  });

  test('each of the nine kinds can be created, and each product belongs to one', () => {
    const kinds = kindCatalog();
    expect(kinds).toHaveLength(9);
    expect(kinds.filter(({ variants }) => variants.length === 0)).toEqual([]);
    const products = new Set(kinds.flatMap(({ variants }) => variants.map(({ product }) => product)));
    expect(products.size).toBe(8);
  });

  test('the quotas of a kind are those with a figure in the catalog', () => {
    const text = readFileSync(
      new URL('../../../prisma/catalog/cluster-quotas.json', import.meta.url),
      'utf8',
    );
    const figures = JSON.parse(text) as Record<string, unknown>[];
    for (const { kind } of allCombinations()) {
      const figure = figures.find(({ product }) => product === kind.product) ?? {};
      // Each node pool needs a scaling group.
      const entry: Record<string, unknown> = {
        ...figure,
        scalingGroupsPerCluster: figure.nodePoolsPerCluster,
      };
      const limited = [
        'clustersPerAccount',
        'nodePoolsPerCluster',
        'scalingGroupsPerCluster',
        'nodesPerCluster',
        'podsPerNode',
        'podsPerCluster',
      ]
        .filter((count) => entry[count] !== null)
        .map((count) => `${kind.product}/${count}`);
      expect(kind.quotas.filter((resource) => resource.includes('/')).sort()).toEqual(limited.sort());
    }
  });

  test('clusters with instances use the vCPU quota, and clusters with a managed control plane a load balancer', () => {
    const kindsUsing = (resource: string) =>
      new Set(allCombinations().flatMap(({ kind }) => (kind.quotas.includes(resource) ? [kind.name] : [])));
    expect([...kindsUsing('payg-vcpu')].sort()).toEqual(
      ['CONFIDENTIAL', 'DEDICATED', 'EDGE', 'HETEROGENEOUS', 'PRO', 'SANDBOX', 'STANDARD'].sort(),
    );
    expect(kindsUsing('load-balancers').has('REGISTERED')).toBe(false);
    expect(kindsUsing('load-balancers').has('SERVERLESS')).toBe(true);
  });
});

const instance = (id: string, more: object = {}) =>
  [id, { id, vcpus: 8, memoryGiB: 32, architecture: 'amd64', gpus: 0, ...more }] as const;
const types = new Map([
  instance('plain'),
  instance('small', { vcpus: 2 }),
  instance('gpu', { gpus: 1, gpuMemoryGiB: 16 }),
  instance('npu', { npus: 4 }),
  instance('metal', { bareMetal: true }),
  instance('sgx', { epcGiB: 16 }),
]);
const RUNV = 'SANDBOXED_CONTAINER_RUNV';

describe('request for a cluster of a kind', () => {
  const problemsOf = (kind: KindRequest, request: RequestOfKind) =>
    kindProblems(request, kindOf(kind).kind, { version: { ok: true, version: '1.34.3' }, types }).map(
      ({ code, path }) => [code, ...(path ?? []).slice(1)].join(' '),
    );
  const managed = (capability?: 'GPU' | 'SANDBOX' | 'CONFIDENTIAL'): KindRequest => ({
    type: MANAGED,
    capability: capability ?? null,
  });
  const pool = (instanceTypes: string[], more: object = {}) => ({ nodePools: [{ instanceTypes, ...more }] });

  test.each<[string, KindRequest, RequestOfKind, string[]]>([
    ['dedicated, masters left out', { type: DEDICATED }, {}, []],
    ['dedicated, three masters', { type: DEDICATED }, { masters: { count: 3, instanceType: 'plain' } }, []],
    [
      'dedicated, one master',
      { type: DEDICATED },
      { masters: { count: 1 } },
      ['INVALID_INPUT masters count'],
    ],
    [
      'dedicated, five masters',
      { type: DEDICATED },
      { masters: { count: 5 } },
      ['INVALID_INPUT masters count'],
    ],
    [
      'dedicated, small masters',
      { type: DEDICATED },
      { masters: { instanceType: 'small' } },
      ['INSTANCE_TYPE_TOO_SMALL masters instanceType'],
    ],
    [
      'dedicated, unknown masters',
      { type: DEDICATED },
      { masters: { instanceType: 'none' } },
      ['UNKNOWN_INSTANCE_TYPE masters instanceType'],
    ],
    ['managed, masters', managed(), { masters: { count: 3 } }, ['UNSUPPORTED_BY_KIND masters']],
    ['managed, pools of any instances', managed(), pool(['plain', 'gpu', 'metal', 'sgx']), []],
    [
      'managed, sandbox runtime',
      managed(),
      pool(['metal'], { runtime: RUNV }),
      ['UNSUPPORTED_BY_KIND nodePools 0 runtime'],
    ],
    [
      'managed, Docker',
      managed(),
      pool(['plain'], { runtime: 'DOCKER' }),
      ['INVALID_INPUT nodePools 0 runtime'],
    ],
    [
      'managed, edge autonomy',
      managed(),
      pool(['plain'], { edgeAutonomy: true }),
      ['UNSUPPORTED_BY_KIND nodePools 0 edgeAutonomy'],
    ],
    ['managed, shared GPUs', managed(), pool(['gpu'], { gpuSharing: true }), []],
    [
      'managed, shared GPUs without GPUs',
      managed(),
      pool(['gpu', 'npu'], { gpuSharing: true }),
      ['INSTANCE_TYPE_NOT_ALLOWED nodePools 0 instanceTypes 1'],
    ],
    ['heterogeneous, no pool', managed('GPU'), {}, ['INVALID_INPUT nodePools']],
    ['heterogeneous, plain pool only', managed('GPU'), pool(['plain']), ['INVALID_INPUT nodePools']],
    [
      'heterogeneous, mixed types in the pool',
      managed('GPU'),
      pool(['gpu', 'plain']),
      ['INVALID_INPUT nodePools'],
    ],
    [
      'heterogeneous, a GPU pool and a plain one',
      managed('GPU'),
      { nodePools: [{ instanceTypes: ['plain'] }, { instanceTypes: ['gpu'] }] },
      [],
    ],
    ['heterogeneous, NPU pool', managed('GPU'), pool(['npu']), []],
    ['sandbox, no sandbox pool', managed('SANDBOX'), pool(['metal']), ['INVALID_INPUT nodePools']],
    ['sandbox, bare metal', managed('SANDBOX'), pool(['metal'], { runtime: RUNV }), []],
    [
      'sandbox, virtual machines',
      managed('SANDBOX'),
      pool(['metal', 'plain'], { runtime: RUNV }),
      ['INSTANCE_TYPE_NOT_ALLOWED nodePools 0 instanceTypes 1'],
    ],
    ['confidential, no pool', managed('CONFIDENTIAL'), {}, ['INVALID_INPUT nodePools']],
    ['confidential, SGX instances', managed('CONFIDENTIAL'), pool(['sgx'], { runtime: 'CONTAINERD' }), []],
    [
      'confidential, other instances',
      managed('CONFIDENTIAL'),
      pool(['sgx', 'plain']),
      ['INSTANCE_TYPE_NOT_ALLOWED nodePools 0 instanceTypes 1'],
    ],
    [
      'confidential, sandbox runtime',
      managed('CONFIDENTIAL'),
      pool(['sgx'], { runtime: RUNV }),
      ['UNSUPPORTED_BY_KIND nodePools 0 runtime'],
    ],
    [
      'confidential, Docker',
      managed('CONFIDENTIAL'),
      pool(['sgx'], { runtime: 'DOCKER' }),
      ['INVALID_INPUT nodePools 0 runtime', 'UNSUPPORTED_BY_KIND nodePools 0 runtime'],
    ],
    ['edge, autonomy', { type: MANAGED, profile: 'EDGE' }, pool(['plain'], { edgeAutonomy: true }), []],
    [
      'serverless, pools',
      { type: MANAGED, profile: 'SERVERLESS' },
      pool(['plain']),
      ['UNSUPPORTED_BY_KIND nodePools'],
    ],
    [
      'serverless, masters',
      { type: MANAGED, profile: 'SERVERLESS' },
      { masters: {} },
      ['UNSUPPORTED_BY_KIND masters'],
    ],
    ['registered, pools', { type: REGISTERED }, pool(['plain']), ['UNSUPPORTED_BY_KIND nodePools']],
    ['registered, masters', { type: REGISTERED }, { masters: { count: 3 } }, ['UNSUPPORTED_BY_KIND masters']],
  ])('%s', (_what, kind, request, expected) => {
    expect(problemsOf(kind, request)).toEqual(expected);
  });

  test.each<[LabelledPool, object]>([
    [{ runtime: 'CONTAINERD', gpuSharing: false }, {}],
    [
      { runtime: RUNV, gpuSharing: false },
      { 'alibabacloud.com/sandboxed-container': 'Sandboxed-Container.runv' },
    ],
    [{ runtime: 'CONTAINERD', gpuSharing: true }, { 'ack.node.gpu.schedule': 'cgpu' }],
  ])('labels its instances for it: %o', (pools, labels) => {
    expect(labelsOfKind(pools)).toEqual(labels);
  });
});
