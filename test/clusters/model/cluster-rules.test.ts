import { describe, expect, test } from 'vitest';
import { timeZonesByName } from '../../../kernel/time-zone-names.js';
import { releaseNotes } from '../../../subgraphs/clusters/model/release.rules.js';
import { type KindRequest, kindOf } from '../../../subgraphs/clusters/model/cluster-kind.rules.js';
import { type ClusterRequest, planCluster } from '../../../subgraphs/clusters/model/cluster.rules.js';
import { validateLabels, validateName } from '../../../subgraphs/clusters/model/name.rules.js';
import { validateNodePool, planNodePool } from '../../../subgraphs/clusters/model/node-pool.rules.js';
import { compareVersions, VersionPolicy } from '../../../subgraphs/clusters/model/version.rules.js';
import type { ClusterCatalog } from '../../../subgraphs/clusters/model/catalog.js';

const type = (id: string, vcpus: number, memoryGiB: number) =>
  [id, { id, vcpus, memoryGiB, architecture: 'amd64', gpus: 0 }] as const;
const versionIds = [
  '1.26.15',
  '1.28.3',
  '1.28.15',
  '1.30.1',
  '1.30.12',
  '1.32.1',
  '1.32.6',
  '1.34.1',
  '1.34.3',
];
const versions = new VersionPolicy(
  versionIds.map((id) => ({ id, minor: id.split('.').slice(0, 2).join('.') })),
);
const region = {
  id: 'cn-guangzhou',
  name: 'China South 3',
  timeZone: 'Asia/Shanghai',
  latitude: 23.1,
  longitude: 113.3,
  zoneIds: ['cn-guangzhou-a', 'cn-guangzhou-b'],
  availability: new Map([
    ['ACK_PRO', 'AVAILABLE'],
    ['ACK_STANDARD', 'AVAILABLE'],
    ['ASK_PRO', 'AVAILABLE'],
    ['REGISTERED', 'AVAILABLE'],
    ['ASK_STANDARD', 'UNAVAILABLE'],
    ['ACK_DEDICATED', 'COMING_SOON'],
  ]),
};
const catalog: ClusterCatalog = {
  notes: releaseNotes({ changes: [], removedApis: [] }, []),
  regions: new Map([
    ['cn-guangzhou', region],
    ['guangzhou', region],
  ]),
  timeZoneNamed: timeZonesByName([
    { id: 'Asia/Shanghai', documentedId: null },
    { id: 'America/Toronto', documentedId: 'America/Tornto' },
  ]),
  instanceTypes: new Map([
    type('fits', 4, 8),
    type('large', 8, 32),
    type('few-vcpus', 2, 16),
    type('little-memory', 4, 4),
  ]),
  versions,
};

describe('product of a type, profile and spec', () => {
  test.each<[KindRequest, string]>([
    [{ type: 'MANAGED_KUBERNETES' }, 'ACK_STANDARD'],
    [{ type: 'MANAGED_KUBERNETES', spec: 'STANDARD' }, 'ACK_STANDARD'],
    [{ type: 'MANAGED_KUBERNETES', profile: 'DEFAULT', spec: 'PRO' }, 'ACK_PRO'],
    [{ type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS' }, 'ASK_STANDARD'],
    [{ type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'PRO' }, 'ASK_PRO'],
    [{ type: 'MANAGED_KUBERNETES', profile: 'EDGE', spec: 'STANDARD' }, 'EDGE_STANDARD'],
    [{ type: 'MANAGED_KUBERNETES', profile: 'EDGE', spec: 'PRO' }, 'EDGE_PRO'],
    [{ type: 'KUBERNETES' }, 'ACK_DEDICATED'],
    [{ type: 'EXTERNAL_KUBERNETES' }, 'REGISTERED'],
  ])('%o is %s', (request, product) => {
    expect(kindOf(request)).toMatchObject({ kind: { product }, problems: [] });
  });

  test.each<[KindRequest, string[][]]>([
    [{ type: 'KUBERNETES', profile: 'SERVERLESS' }, [['input', 'profile']]],
    [{ type: 'KUBERNETES', spec: 'PRO' }, [['input', 'spec']]],
    [
      { type: 'EXTERNAL_KUBERNETES', profile: 'EDGE', spec: 'PRO' },
      [
        ['input', 'profile'],
        ['input', 'spec'],
      ],
    ],
  ])('rejects %o', (request, paths) => {
    const { kind, problems } = kindOf(request);
    expect(kind).toBeUndefined();
    expect(problems.map(({ code, path }) => [code, path])).toEqual(
      paths.map((path) => ['INVALID_INPUT', path]),
    );
  });
});

describe('Kubernetes versions', () => {
  test.each([
    // version, creatable, supported, expired
    ['1.34.3', true, true, false],
    ['1.34.1', false, false, true],
    ['1.32.6', true, true, false],
    ['1.30.12', false, true, false],
    ['1.30.1', false, false, true],
    ['1.28.15', false, false, true],
    ['1.22.0', false, false, true],
  ])('%s: creatable %s, supported %s, expired %s', (id, creatable, supported, expired) => {
    expect(versions.status(id)).toMatchObject({ creatable, supported, expired });
  });

  test.each([
    [undefined, '1.34.3'],
    ['1.34', '1.34.3'],
    ['1.34.3', '1.34.3'],
    ['1.34.1', 'VERSION_NOT_CREATABLE'],
    ['1.32', '1.32.6'],
    ['1.32.1', 'VERSION_NOT_CREATABLE'],
    ['1.30', 'VERSION_NOT_CREATABLE'],
    ['1.28.15', 'VERSION_NOT_CREATABLE'],
    ['1.33', 'UNKNOWN_VERSION'],
    ['', 'UNKNOWN_VERSION'],
    ['newest', 'UNKNOWN_VERSION'],
  ])('a new cluster that requests %s gets %s', (requested, expected) => {
    const choice = versions.choose(requested);
    expect(choice.ok ? choice.version : choice.code).toBe(expected);
  });

  test.each([
    ['1.28.3', ['1.30.12', '1.30.1', '1.28.15']],
    ['1.32.1', ['1.34.3', '1.34.1', '1.32.6']],
    ['1.34.3', []],
    ['1.34.1', ['1.34.3']],
  ])('%s can be upgraded to %j', (from, targets) => {
    expect(versions.upgradeTargets(from)).toEqual(targets);
  });

  test.each([
    ['1.32.1', '1.34', '1.34.3'],
    ['1.32.1', '1.32', '1.32.6'],
    ['1.28.3', '1.32.1', 'UPGRADE_NOT_ALLOWED'],
    ['1.34.3', '1.34.1', 'UPGRADE_NOT_ALLOWED'],
    ['1.34.3', '1.34', 'UPGRADE_NOT_ALLOWED'],
    ['1.34.3', '1.36', 'UNKNOWN_VERSION'],
  ])('an upgrade from %s to %s returns %s', (from, requested, expected) => {
    const choice = versions.chooseUpgrade(from, requested);
    expect(choice.ok ? choice.version : choice.code).toBe(expected);
  });

  test('versions are compared numerically', () => {
    expect(['1.9.10', '1.10.1', '1.9.9'].sort(compareVersions)).toEqual(['1.9.9', '1.9.10', '1.10.1']);
  });
});

describe('validation of names and labels', () => {
  test.each(['a', 'Prod-1', '生产集群', '0-zero', 'x'.repeat(63), 'ends-'])('accepts the name %s', (name) => {
    expect(validateName(name, ['input', 'name'])).toEqual([]);
  });
  test.each(['', '-a', 'a b', 'a_b', 'x'.repeat(64), 'a\n', 'é', '名.字'])('rejects the name %j', (name) => {
    expect(validateName(name, ['input', 'name'])).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'name'] },
    ]);
  });
  test.each([undefined, null, {}, { a: 'b' }, { a: '' }])('accepts the labels %j', (labels) => {
    expect(validateLabels(labels, ['labels'])).toEqual([]);
  });
  test.each([
    'text',
    1,
    [],
    { a: 1 },
    { a: { b: 'c' } },
    { '': 'x' },
    { a: 'x'.repeat(257) },
    Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])),
  ])('rejects the labels %j', (labels) => {
    expect(validateLabels(labels, ['labels'])).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });
});

describe('validation of node pools', () => {
  const pool = { name: 'p', instanceTypes: ['fits'] };
  const path = ['input', 'nodePools', '0'];
  test.each([
    [{}, []],
    [{ desiredSize: 2001 }, []],
    [{ autoscaling: { enabled: true, minSize: 1, maxSize: 3 } }, []],
    [{ desiredSize: -1 }, [['INVALID_INPUT', 'desiredSize']]],
    [{ desiredSize: 100_001 }, [['INVALID_INPUT', 'desiredSize']]],
    [{ instanceTypes: [] }, [['INVALID_INPUT', 'instanceTypes']]],
    [{ instanceTypes: Array.from({ length: 21 }, () => 'fits') }, [['INVALID_INPUT', 'instanceTypes']]],
    [{ instanceTypes: ['fits', 'few-vcpus'] }, [['INSTANCE_TYPE_TOO_SMALL', 'instanceTypes', '1']]],
    [{ instanceTypes: ['little-memory'] }, [['INSTANCE_TYPE_TOO_SMALL', 'instanceTypes', '0']]],
    [{ instanceTypes: ['none'] }, [['UNKNOWN_INSTANCE_TYPE', 'instanceTypes', '0']]],
    [{ autoscaling: { enabled: true, minSize: 4, maxSize: 3 } }, [['INVALID_INPUT', 'autoscaling']]],
    [{ autoscaling: { enabled: false, minSize: -1, maxSize: 3 } }, [['INVALID_INPUT', 'autoscaling']]],
    [{ autoscaling: { enabled: true, minSize: 0, maxSize: 100_001 } }, [['INVALID_INPUT', 'autoscaling']]],
    [
      { desiredSize: 5, autoscaling: { enabled: true, minSize: 1, maxSize: 3 } },
      [['INVALID_INPUT', 'desiredSize']],
    ],
    [{ desiredSize: 5, autoscaling: { enabled: false, minSize: 1, maxSize: 3 } }, []],
  ])('%j has the problems %j', (change, expected) => {
    const problems = validateNodePool({ ...pool, ...change }, catalog.instanceTypes, path);
    expect(problems.map((problem) => [problem.code, ...(problem.path ?? []).slice(path.length)])).toEqual(
      expected,
    );
  });

  test.each([
    [{}, 0],
    [{ desiredSize: 3 }, 3],
    [{ autoscaling: { enabled: true, minSize: 2, maxSize: 3 } }, 2],
    [{ autoscaling: { enabled: false, minSize: 2, maxSize: 3 } }, 0],
  ])('%j sets a desired size of %i', (change, desiredSize) => {
    expect(planNodePool({ ...pool, ...change })).toMatchObject({ desiredSize });
  });
});

describe('plan of a new cluster', () => {
  const request: ClusterRequest = {
    name: 'prod',
    regionId: 'cn-guangzhou',
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
  };

  test('uses the defaults of its region and the newest version', () => {
    expect(planCluster(request, catalog).plan).toEqual({
      name: 'prod',
      regionId: 'cn-guangzhou',
      type: 'MANAGED_KUBERNETES',
      profile: 'DEFAULT',
      spec: 'PRO',
      product: 'ACK_PRO',
      version: '1.34.3',
      timeZone: 'Asia/Shanghai',
      zoneIds: ['cn-guangzhou-a', 'cn-guangzhou-b'],
      nodePools: [],
      labels: {},
      deletionProtection: false,
      network: null,
      namedZones: null,
      capability: null,
      masters: [],
      networkPlugin: 'FLANNEL',
      storagePlugin: 'CSI',
    });
  });

  test('accepts region and time zone as the ACK documentation spells them', () => {
    const { plan } = planCluster({ ...request, regionId: 'guangzhou', timeZone: 'America/Tornto' }, catalog);
    expect(plan).toMatchObject({ regionId: 'cn-guangzhou', timeZone: 'America/Toronto' });
  });

  test.each<[Partial<ClusterRequest>, string[][]]>([
    [{ regionId: 'mars' }, [['UNKNOWN_REGION', 'input', 'regionId']]],
    [{ profile: 'SERVERLESS', spec: 'STANDARD' }, [['PRODUCT_NOT_OFFERED', 'input', 'regionId']]],
    [{ profile: 'EDGE' }, [['PRODUCT_NOT_OFFERED', 'input', 'regionId']]],
    [{ type: 'KUBERNETES', spec: null }, [['PRODUCT_COMING_SOON', 'input', 'regionId']]],
    [{ zoneIds: ['cn-guangzhou-a', 'cn-beijing-a'] }, [['UNKNOWN_ZONE', 'input', 'zoneIds', '1']]],
    [{ version: '1.28' }, [['VERSION_NOT_CREATABLE', 'input', 'version']]],
    [{ timeZone: 'Mars/Olympus' }, [['UNKNOWN_TIME_ZONE', 'input', 'timeZone']]],
    [{ labels: [1] }, [['INVALID_INPUT', 'input', 'labels']]],
    [
      { profile: 'SERVERLESS', nodePools: [{ name: 'p', instanceTypes: ['fits'] }] },
      [['UNSUPPORTED_BY_KIND', 'input', 'nodePools']],
    ],
    [
      { type: 'EXTERNAL_KUBERNETES', spec: null, nodePools: [{ name: 'p', instanceTypes: ['fits'] }] },
      [['UNSUPPORTED_BY_KIND', 'input', 'nodePools']],
    ],
    [
      {
        nodePools: [
          { name: 'p', instanceTypes: ['fits', 'few-vcpus'] },
          { name: 'p', instanceTypes: ['fits'] },
        ],
      },
      [
        ['INSTANCE_TYPE_TOO_SMALL', 'input', 'nodePools', '0', 'instanceTypes', '1'],
        ['DUPLICATE_NAME', 'input', 'nodePools', '1', 'name'],
      ],
    ],
    [
      { name: '', regionId: 'mars', version: '9', timeZone: 'x', labels: 1 },
      [
        ['INVALID_INPUT', 'input', 'name'],
        ['UNKNOWN_REGION', 'input', 'regionId'],
        ['UNKNOWN_VERSION', 'input', 'version'],
        ['UNKNOWN_TIME_ZONE', 'input', 'timeZone'],
        ['INVALID_INPUT', 'input', 'labels'],
      ],
    ],
  ])('reports every problem of %j at once', (change, expected) => {
    const { plan, problems } = planCluster({ ...request, ...change }, catalog);
    expect(plan).toBeUndefined();
    expect(problems.map(({ code, path }) => [code, ...(path ?? [])])).toEqual(expected);
  });
});
