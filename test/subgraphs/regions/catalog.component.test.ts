import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../kernel/clock.js';
import { type Catalog, readCatalog } from '../../../catalog/catalog.js';
import { createRegionsSubgraph } from '../../../subgraphs/regions/subgraph.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

let kit: TestDatabase;
let ask: AskSubgraph;
let catalog: Catalog;

interface Cells {
  regions: { id: string; products: { product: string; availability: string }[] }[];
}

beforeAll(async () => {
  kit = await createTestDatabase();
  ask = askSubgraph(
    await createRegionsSubgraph({ database: kit.database, clock: systemClock, rights: kit.rights }),
  );
  catalog = await readCatalog();
});
afterAll(() => kit[Symbol.asyncDispose]());

describe('regions', () => {
  test('all 248 cells of region by product equal the catalog', async () => {
    const { data } = await ask<Cells>('acme', '{ regions { id products { product availability } } }');
    const cells = data.regions.map((region) => [
      region.id,
      Object.fromEntries(region.products.map((cell) => [cell.product, cell.availability])),
    ]);
    expect(cells).toEqual(catalog.regions.map((region) => [region.id, region.availability]));
    const flat = data.regions.flatMap((region) => region.products.map((cell) => cell.availability));
    const count = (value: string) => flat.filter((availability) => availability === value).length;
    expect([flat.length, count('AVAILABLE'), count('UNAVAILABLE'), count('COMING_SOON')]).toEqual([
      248, 201, 19, 28,
    ]);
  });

  test('availability of one product equals the list of products', async () => {
    const fields = Object.keys(catalog.regions[0]!.availability)
      .map((product) => `${product}: availability(product: ${product})`)
      .join(' ');
    const { data } = await ask<{ regions: object[] }>('acme', `{ regions { ${fields} } }`);
    expect(data.regions).toEqual(catalog.regions.map((region) => region.availability));
  });

  test('every region has its properties, its time zone and zones that refer to it', async () => {
    const { data } = await ask<{
      regions: { id: string; zones: { id: string; region: { id: string } }[] }[];
    }>(
      'acme',
      '{ regions { id documentedId name localName city localCity cloud latitude longitude timeZone { id } zones { id region { id } } } }',
    );
    expect(data.regions).toHaveLength(31);
    for (const [index, region] of data.regions.entries()) {
      const { availability, timeZone, ...facts } = catalog.regions[index]!;
      const zones = catalog.zones.filter((zone) => zone.regionId === facts.id);
      expect(availability).toBeDefined();
      expect(region).toEqual({
        ...facts,
        timeZone: { id: timeZone },
        zones: zones.map(({ id }) => ({ id, region: { id: facts.id } })),
      });
      expect(region.zones.length).toBeGreaterThanOrEqual(3);
    }
  });

  test.each([
    ['PUBLIC', 25],
    ['FINANCE', 4],
    ['GOVERNMENT', 1],
    ['LOCAL', 1],
  ])('the cloud %s has %i regions, each with name, city and id', async (cloud, count) => {
    const { data } = await ask<{
      regions: { id: string; name: string; city: string; cloud: string }[];
    }>('acme', `{ regions(filter: { cloud: ${cloud} }) { id name city cloud } }`);
    expect(data.regions).toHaveLength(count);
    for (const region of data.regions) {
      expect(region.cloud).toBe(cloud);
      expect([region.id, region.name, region.city].every((text) => text.length > 0)).toBe(true);
    }
  });

  test('a region is found by its id and by the id that the document prints', async () => {
    const query = 'query R($id: ID!) { region(id: $id) { id documentedId name } }';
    const region = { id: 'cn-guangzhou', documentedId: 'guangzhou', name: 'China South 3' };
    expect((await ask('acme', query, { id: 'cn-guangzhou' })).data).toEqual({ region });
    expect((await ask('acme', query, { id: 'guangzhou' })).data).toEqual({ region });
    expect((await ask('acme', query, { id: 'mars-north-1' })).data).toEqual({ region: null });
  });

  test.each([
    ['{ cloud: FINANCE }', (r: Catalog['regions'][number]) => r.cloud === 'FINANCE'],
    [
      '{ product: ACK_DEDICATED }',
      (r: Catalog['regions'][number]) => r.availability['ACK_DEDICATED'] === 'AVAILABLE',
    ],
    [
      '{ product: EDGE_PRO, availability: COMING_SOON }',
      (r: Catalog['regions'][number]) => r.availability['EDGE_PRO'] === 'COMING_SOON',
    ],
    [
      '{ cloud: PUBLIC, product: ASK_PRO, timeZone: "Asia/Shanghai" }',
      (r: Catalog['regions'][number]) =>
        r.cloud === 'PUBLIC' && r.availability['ASK_PRO'] === 'AVAILABLE' && r.timeZone === 'Asia/Shanghai',
    ],
    [
      '{ availability: UNAVAILABLE }',
      (r: Catalog['regions'][number]) => Object.values(r.availability).includes('UNAVAILABLE'),
    ],
    ['{ timeZone: "Mars/Olympus" }', () => false],
    ['{}', () => true],
  ])('regions(filter: %s) returns the regions that match all conditions', async (filter, holds) => {
    const { data } = await ask<{ regions: { id: string }[] }>(
      'acme',
      `{ regions(filter: ${filter}) { id } }`,
    );
    expect(data.regions.map((region) => region.id)).toEqual(
      catalog.regions.filter(holds).map((region) => region.id),
    );
  });

  test('the two exceptional regions offer exactly the products of the document', async () => {
    const { data } = await ask<Cells>('acme', '{ regions { id products { product availability } } }');
    const available = (id: string) =>
      data.regions
        .find((region) => region.id === id)!
        .products.filter((cell) => cell.availability === 'AVAILABLE')
        .map((cell) => cell.product);
    expect(available('me-east-1')).toEqual(['ACK_DEDICATED']);
    expect(available('cn-nanjing')).toEqual(['ACK_PRO']);
  });
});

test('nearestRegion is the nearest one with the product, or the region itself', async () => {
  const query = `query R($id: ID!) { region(id: $id) {
    pro: nearestRegion(product: ACK_PRO) { id } dedicated: nearestRegion(product: ACK_DEDICATED) { id } } }`;
  const near = async (id: string) => (await ask('acme', query, { id })).data;
  expect(await near('cn-nanjing')).toEqual({
    region: { pro: { id: 'cn-nanjing' }, dedicated: { id: 'cn-hangzhou' } },
  });
  expect(await near('me-east-1')).toEqual({
    region: { pro: { id: 'ap-south-1' }, dedicated: { id: 'me-east-1' } },
  });
});

describe('references from other subgraphs', () => {
  const query = `query E($of: [_Any!]!) { _entities(representations: $of) {
    ... on Region { name } ... on Zone { region { id } } ... on TimeZone { group } } }`;

  test('finds regions, zones and time zones by id, and returns null for unknown ids', async () => {
    const of = [
      { __typename: 'Region', id: 'cn-hangzhou' },
      { __typename: 'Zone', id: 'cn-beijing-a' },
      { __typename: 'TimeZone', id: 'Europe/Berlin' },
      { __typename: 'Region', id: 'nowhere' },
      { __typename: 'Zone', id: 'nowhere-a' },
      { __typename: 'TimeZone', id: 'Nowhere/City' },
    ];
    const { data, errors } = await ask('acme', query, { of });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      _entities: [
        { name: 'China East 1' },
        { region: { id: 'cn-beijing' } },
        { group: 'EUROPE' },
        null,
        null,
        null,
      ],
    });
  });

  test('no request runs a statement after the catalog is loaded', async () => {
    const of = catalog.zones.map(({ id }) => ({ __typename: 'Zone', id }));
    await ask('acme', query, { of: [] });
    expect(await kit.statements(() => ask('acme', query, { of }))).toEqual([]);
  });
});
