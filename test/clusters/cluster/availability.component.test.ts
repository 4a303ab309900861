import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distanceKm, type Coordinates } from '../../../kernel/great-circle.js';
import { readCatalog, type Catalog } from '../../../catalog/catalog.js';
import { type ClustersKit, openClusters } from '../kit.js';

let clusters: ClustersKit;
let catalog: Catalog;
beforeAll(async () => {
  clusters = await openClusters();
  catalog = await readCatalog();
});
afterAll(() => clusters[Symbol.asyncDispose]());

/** Input of createCluster by product. */
const PRODUCTS: Readonly<Record<string, object>> = {
  ACK_PRO: { type: 'MANAGED_KUBERNETES', spec: 'PRO' },
  ACK_STANDARD: { type: 'MANAGED_KUBERNETES', spec: 'STANDARD' },
  ACK_DEDICATED: { type: 'KUBERNETES' },
  ASK_PRO: { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'PRO' },
  ASK_STANDARD: { type: 'MANAGED_KUBERNETES', profile: 'SERVERLESS', spec: 'STANDARD' },
  EDGE_PRO: { type: 'MANAGED_KUBERNETES', profile: 'EDGE', spec: 'PRO' },
  EDGE_STANDARD: { type: 'MANAGED_KUBERNETES', profile: 'EDGE', spec: 'STANDARD' },
  REGISTERED: { type: 'EXTERNAL_KUBERNETES' },
};
const EXPECTED = {
  AVAILABLE: null,
  COMING_SOON: 'PRODUCT_COMING_SOON',
  UNAVAILABLE: 'PRODUCT_NOT_OFFERED',
} as const;

const CREATE = `mutation ($input: CreateClusterInput!, $dryRun: Boolean) { createCluster(input: $input, dryRun: $dryRun) {
  cluster { region { id } } userErrors { __typename code message path
    ... on ProductUnavailableError { product regionId nearestRegionId } } } }`;

interface Created {
  createCluster: {
    cluster: { region: { id: string } } | null;
    userErrors: {
      __typename: string;
      code: string;
      message: string;
      path: string[] | null;
      nearestRegionId?: string | null;
    }[];
  };
}

/** The region that offers the product and is nearest to this one, by the chord between both on the unit sphere. */
function nearestRegion(region: Catalog['regions'][number], product: string): string {
  const chord = (other: Catalog['regions'][number]) =>
    Math.hypot(...onSphere(region).map((value, axis) => value - (onSphere(other)[axis] ?? 0)));
  const [first] = catalog.regions
    .filter((candidate) => candidate.id !== region.id && candidate.availability[product] === 'AVAILABLE')
    .sort((a, b) => chord(a) - chord(b));
  return first?.id ?? 'none';
}

function onSphere({ latitude, longitude }: Coordinates): [number, number, number] {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

async function create(regionId: string, product: string, dryRun = true) {
  const input = { name: `in-${regionId}`, regionId, ...PRODUCTS[product] };
  // Separate accounts do not compete for quota.
  return (await clusters.run<Created>(CREATE, { input, dryRun }, product)).data.createCluster;
}

describe('availability of products in regions', () => {
  test('enforces the availability matrix in createCluster in all 248 cells, with a code for each reason', async () => {
    const counts = { AVAILABLE: 0, COMING_SOON: 0, UNAVAILABLE: 0 };
    for (const region of catalog.regions) {
      const cells = Object.entries(region.availability);
      const responses = await Promise.all(cells.map(([product]) => create(region.id, product)));
      for (const [index, [product, availability]] of cells.entries()) {
        counts[availability] += 1;
        const { cluster = null, userErrors = [] } = responses[index] ?? {};
        const cell = `${region.id} ${product}`;
        const code = EXPECTED[availability];
        if (code === null) {
          expect(userErrors, cell).toEqual([]);
          continue;
        }
        const near = nearestRegion(region, product);
        expect(cluster, cell).toBeNull();
        expect(userErrors, cell).toEqual([
          {
            __typename: 'ProductUnavailableError',
            code,
            path: ['input', 'regionId'],
            product,
            regionId: region.id,
            nearestRegionId: near,
            message: expect.stringContaining(near),
          },
        ]);
      }
    }
    expect(counts).toEqual({ AVAILABLE: 201, COMING_SOON: 28, UNAVAILABLE: 19 });
  });

  test.each([
    ['cn-nanjing', 'ACK_DEDICATED', 'PRODUCT_NOT_OFFERED', 'cn-hangzhou'],
    ['me-east-1', 'ACK_PRO', 'PRODUCT_COMING_SOON', 'ap-south-1'],
    ['cn-wulanchabu', 'ACK_DEDICATED', 'PRODUCT_COMING_SOON', 'cn-huhehaote'],
    ['cn-beijing-finance-1', 'ASK_STANDARD', 'PRODUCT_NOT_OFFERED', 'cn-beijing'],
    ['ap-northeast-2', 'REGISTERED', 'PRODUCT_COMING_SOON', 'cn-shanghai'],
  ])('%s has no %s (%s); the nearest region that offers it is %s', async (region, product, code, near) => {
    const { userErrors } = await create(region, product);
    expect(userErrors).toMatchObject([
      { __typename: 'ProductUnavailableError', code, product, regionId: region, nearestRegionId: near },
    ]);
  });

  test.each(['cn-guangzhou', 'guangzhou'])('accepts %s as the id of China South 3', async (id) => {
    const { cluster, userErrors } = await create(id, 'ACK_PRO', false);
    expect(userErrors).toEqual([]);
    expect(cluster?.region.id).toBe('cn-guangzhou');
  });
});

test('accepts each of the 426 documented time zones, and their IANA aliases, for a cluster', async () => {
  const query = `mutation ($input: CreateClusterInput!) { createCluster(input: $input) {
    cluster { timeZone { id } } userErrors { code path } } }`;
  const zoneOf = async (timeZone: string) => {
    const input = { name: 'zoned', regionId: 'cn-hangzhou', type: 'EXTERNAL_KUBERNETES', timeZone };
    const { data } = await clusters.run<{
      createCluster: { cluster: { timeZone: { id: string } } | null; userErrors: { code: string }[] };
    }>(query, { input }, timeZone);
    return data.createCluster.cluster?.timeZone.id ?? data.createCluster.userErrors[0]?.code;
  };
  const spelled = (id: string) => id.replace('St_Bartelemy', 'St_Barthelemy').replace('Mcmurdo', 'McMurdo');
  expect(catalog.timeZones).toHaveLength(426);
  const ids = catalog.timeZones.map(({ id }) => id);
  expect(await Promise.all(ids.map(zoneOf))).toEqual(ids.map(spelled));
  for (const [name, id] of [
    ['America/St_Barthelemy', 'America/St_Barthelemy'],
    ['Antarctica/McMurdo', 'Antarctica/McMurdo'],
    ['Europe/Kyiv', 'Europe/Kiev'],
  ] as const)
    expect(await zoneOf(name)).toBe(id);
  expect(await zoneOf('America/Nowhere')).toBe('UNKNOWN_TIME_ZONE');
});

test.each([
  ['Beijing to Shanghai', [39.9042, 116.4074], [31.2304, 121.4737], 1067],
  ['London to Dubai', [51.5074, -0.1278], [25.2048, 55.2708], 5472],
  ['Virginia to Silicon Valley', [39.0438, -77.4874], [37.3875, -122.0575], 3860],
] as const)('the distance of %s is the great-circle distance', (_name, from, to, km) => {
  const place = ([latitude, longitude]: readonly [number, number]) => ({ latitude, longitude });
  const found = distanceKm(place(from), place(to));
  expect(Math.abs(found - km) / km).toBeLessThan(0.01);
});
