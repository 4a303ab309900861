import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  isVerified,
  verificationProblems,
  type VerificationRequest,
} from '../../subgraphs/clusters/account/account-verification.rules.js';
import { type KindRequest, kindOf } from '../../subgraphs/clusters/cluster-kind/cluster-kind.rules.js';
import {
  immutableProblems,
  type ImmutableFields,
} from '../../subgraphs/clusters/cluster-kind/immutable.rules.js';
import {
  allCombinations,
  kindCatalogue,
} from '../../subgraphs/clusters/cluster-kind/kind-catalogue.rules.js';
import { kindProblems, type RequestOfKind } from '../../subgraphs/clusters/cluster-kind/kind-plan.rules.js';
import { labelsOfKind } from '../../subgraphs/clusters/cluster-kind/pool-labels.rules.js';
import { labelRiskProblems } from '../../subgraphs/clusters/cluster-kind/registered.rules.js';
import {
  migrationProblems,
  type MigrationFacts,
} from '../../subgraphs/clusters/migration/migration.rules.js';

const MANAGED = 'MANAGED_KUBERNETES';
const DEDICATED = 'KUBERNETES';
const REGISTERED = 'EXTERNAL_KUBERNETES';

describe('the kind of a cluster', () => {
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
      { ...base, name: 'REGISTERED', product: 'REGISTERED', controlPlane: 'ELSEWHERE', nodePools: false },
    ],
  ])('%o is %o', (request, expected) => {
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
  ])('%o does not exist', (request, expected) => {
    const { kind, problems } = kindOf(request);
    expect(kind).toBeUndefined();
    expect(problems.map(({ code, path }) => [code, path?.[1]])).toEqual(expected);
  });

  test('each of the nine can be made, and each product is of one', () => {
    const kinds = kindCatalogue();
    expect(kinds).toHaveLength(9);
    expect(kinds.filter(({ variants }) => variants.length === 0)).toEqual([]);
    const products = new Set(kinds.flatMap(({ variants }) => variants.map(({ product }) => product)));
    expect(products.size).toBe(8);
  });

  test('the quotas that apply are those that the catalogue has a figure for', () => {
    const text = readFileSync(new URL('../../prisma/catalog/cluster-quotas.json', import.meta.url), 'utf8');
    const figures = JSON.parse(text) as Record<string, unknown>[];
    for (const { kind } of allCombinations()) {
      const entry = figures.find(({ product }) => product === kind.product) ?? {};
      const limited = [
        'clustersPerAccount',
        'nodePoolsPerCluster',
        'nodesPerCluster',
        'podsPerNode',
        'podsPerCluster',
      ]
        .filter((count) => entry[count] !== null)
        .map((count) => `${kind.product}/${count}`);
      expect(kind.quotas.filter((resource) => resource.includes('/')).sort()).toEqual(limited.sort());
    }
  });

  test('clusters with machines take of the vCPU quota, those with a control plane of ours a load balancer', () => {
    const taken = (resource: string) =>
      new Set(allCombinations().flatMap(({ kind }) => (kind.quotas.includes(resource) ? [kind.name] : [])));
    expect([...taken('payg-vcpu')].sort()).toEqual(
      ['CONFIDENTIAL', 'DEDICATED', 'EDGE', 'HETEROGENEOUS', 'PRO', 'SANDBOX', 'STANDARD'].sort(),
    );
    expect(taken('load-balancers').has('REGISTERED')).toBe(false);
    expect(taken('load-balancers').has('SERVERLESS')).toBe(true);
  });
});

const machine = (id: string, more: object = {}) =>
  [id, { id, vcpus: 8, memoryGiB: 32, architecture: 'amd64', gpus: 0, ...more }] as const;
const types = new Map([
  machine('plain'),
  machine('small', { vcpus: 2 }),
  machine('gpu', { gpus: 1, gpuMemoryGiB: 16 }),
  machine('npu', { npus: 4 }),
  machine('metal', { bareMetal: true }),
  machine('sgx', { epcGiB: 16 }),
]);
const RUNV = 'SANDBOXED_CONTAINER_RUNV';

describe('a request for a cluster of a kind', () => {
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
    ['managed, pools of any machines', managed(), pool(['plain', 'gpu', 'metal', 'sgx']), []],
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
      'heterogeneous, GPU pool beside a plain one',
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
    ['confidential, SGX machines', managed('CONFIDENTIAL'), pool(['sgx'], { runtime: 'CONTAINERD' }), []],
    [
      'confidential, other machines',
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

  test.each([
    [{ runtime: 'CONTAINERD', gpuSharing: false }, {}],
    [
      { runtime: RUNV, gpuSharing: false },
      { 'alibabacloud.com/sandboxed-container': 'Sandboxed-Container.runv' },
    ],
    [{ runtime: 'CONTAINERD', gpuSharing: true }, { 'ack.node.gpu.schedule': 'cgpu' }],
  ])('its machines are labelled for it: %o', (pools, labels) => {
    expect(labelsOfKind(pools)).toEqual(labels);
  });
});

describe('what never changes of a cluster', () => {
  const managed = {
    id: 'cluster_1',
    type: MANAGED,
    profile: 'DEFAULT',
    spec: 'PRO',
    capability: null,
    regionId: 'cn-hangzhou',
    vpcId: 'vpc_1',
    networkPlugin: 'FLANNEL',
    storagePlugin: 'CSI',
  };
  const dedicated = { ...managed, type: DEDICATED, spec: null };
  const unchanged: ImmutableFields = {
    regionId: 'cn-hangzhou',
    vpcId: 'vpc_1',
    type: MANAGED,
    profile: 'DEFAULT',
    spec: 'PRO',
    networkPlugin: 'FLANNEL',
    storagePlugin: 'CSI',
    masterCount: 0,
  };

  test('may be repeated in an update', () => {
    expect(immutableProblems({}, managed)).toEqual([]);
    expect(immutableProblems(unchanged, managed)).toEqual([]);
    expect(immutableProblems({ masterCount: 3, type: DEDICATED }, dedicated)).toEqual([]);
  });

  test.each<[string, ImmutableFields, typeof managed | typeof dedicated, string[]]>([
    ['the region', { regionId: 'cn-beijing' }, managed, ['regionId']],
    ['the VPC', { vpcId: 'vpc_2' }, managed, ['vpcId']],
    ['managed to dedicated', { type: DEDICATED }, managed, ['type']],
    ['Pro to Standard', { spec: 'STANDARD' }, managed, ['spec']],
    ['Standard to Pro, which is a migration', { spec: 'PRO' }, { ...managed, spec: 'STANDARD' }, ['spec']],
    ['the profile', { profile: 'EDGE' }, managed, ['profile']],
    ['the capability', { capability: 'GPU' }, managed, ['capability']],
    ['the network plugin', { networkPlugin: 'TERWAY' }, managed, ['networkPlugin']],
    ['the storage plugin', { storagePlugin: 'FLEXVOLUME' }, managed, ['storagePlugin']],
    ['more masters', { masterCount: 5 }, dedicated, ['masterCount']],
    ['fewer masters', { masterCount: 1 }, dedicated, ['masterCount']],
    ['masters of a managed one', { masterCount: 3 }, managed, ['masterCount']],
    ['several at once', { vpcId: 'vpc_2', spec: 'STANDARD' }, managed, ['vpcId', 'spec']],
  ])('is refused with its path: %s', (_what, update, cluster, fields) => {
    expect(immutableProblems(update, cluster).map(({ code, path }) => [code, path])).toEqual(
      fields.map((field) => ['IMMUTABLE_FIELD', ['input', field]]),
    );
  });
});

describe('a migration to Pro', () => {
  const need = { resource: 'ACK_PRO/clustersPerAccount', limit: 100, used: 3, requested: 1 };
  const facts: MigrationFacts = {
    product: 'ACK_STANDARD',
    state: 'RUNNING',
    regionId: 'cn-hangzhou',
    proThere: 'AVAILABLE',
    version: '1.34.3',
    supported: true,
    needs: [need],
  };
  test.each<[string, Partial<MigrationFacts>, string[]]>([
    ['a running Standard cluster', {}, []],
    ['to the last place', { needs: [{ ...need, used: 99 }] }, []],
    ['without limit', { needs: [{ ...need, limit: null, used: 1000 }] }, []],
    ['a Pro cluster', { product: 'ACK_PRO' }, ['MIGRATION_NOT_ALLOWED']],
    ['a dedicated cluster', { product: 'ACK_DEDICATED' }, ['MIGRATION_NOT_ALLOWED']],
    ['a serverless cluster', { product: 'ASK_STANDARD' }, ['MIGRATION_NOT_ALLOWED']],
    ['an edge cluster', { product: 'EDGE_STANDARD' }, ['MIGRATION_NOT_ALLOWED']],
    ['a cluster that scales', { state: 'SCALING' }, ['INVALID_STATE']],
    ['a cluster that is being deleted', { state: 'DELETING' }, ['INVALID_STATE']],
    ['where Pro is not offered', { proThere: 'UNAVAILABLE' }, ['PRODUCT_NOT_OFFERED']],
    ['where Pro comes soon', { proThere: 'COMING_SOON' }, ['PRODUCT_COMING_SOON']],
    ['of an old version', { supported: false }, ['MIGRATION_NOT_ALLOWED']],
    ['beyond the quota', { needs: [{ ...need, used: 100 }] }, ['QUOTA_EXCEEDED']],
    [
      'with everything wrong',
      { state: 'FAILED', proThere: undefined, supported: false, needs: [{ ...need, limit: 0 }] },
      ['INVALID_STATE', 'PRODUCT_NOT_OFFERED', 'MIGRATION_NOT_ALLOWED', 'QUOTA_EXCEEDED'],
    ],
  ])('%s', (_what, change, codes) => {
    expect(migrationProblems({ ...facts, ...change }).map(({ code }) => code)).toEqual(codes);
  });
});

describe('labels of registered clusters', () => {
  test.each([
    ['REGISTERED', true, false, 1],
    ['REGISTERED', true, true, 0],
    ['REGISTERED', false, false, 0],
    ['ACK_PRO', true, false, 0],
  ])('of %s, changed: %s, acknowledged: %s', (product, labels, acknowledged, problems) => {
    expect(labelRiskProblems({ product }, { labels, acknowledged })).toHaveLength(problems);
  });
});

describe('real-name verification', () => {
  test.each([
    [undefined, null, true],
    [true, null, true],
    [false, null, false],
    [false, {}, true],
  ])('with the claim %s and the centre knowing %o the account is verified: %s', (claim, known, expected) => {
    expect(isVerified(claim, known)).toBe(expected);
  });

  const person: VerificationRequest = { kind: 'PERSON', name: '王芳', documentNumber: '11010519491231002X' };
  const enterprise: VerificationRequest = {
    kind: 'ENTERPRISE',
    name: 'Acme',
    documentNumber: '91330100MA27X6AB0C',
  };
  test.each<[string, VerificationRequest, string[]]>([
    ['a person', person, []],
    ['an enterprise', enterprise, []],
    ['no name', { ...person, name: ' ' }, ['name']],
    ['a number that is too short', { ...person, documentNumber: '123' }, ['documentNumber']],
    ['letters in a person’s number', { ...person, documentNumber: '1101051949123100AB' }, ['documentNumber']],
    [
      'an O in an enterprise’s code',
      { ...enterprise, documentNumber: 'O1330100MA27X6AB0C' },
      ['documentNumber'],
    ],
  ])('takes %s', (_what, request, paths) => {
    expect(verificationProblems(request).map(({ path }) => path?.[1])).toEqual(paths);
  });
});
