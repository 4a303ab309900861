import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../kernel/clock.js';
import { seed } from '../../../catalog/seed.js';
import { createQuotasSubgraph } from '../../../subgraphs/quotas/subgraph.js';
import { createRegionsSubgraph } from '../../../subgraphs/regions/subgraph.js';
import { askSubgraph } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

let kit: TestDatabase;

beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

test('a subgraph that answered before the database was seeded reads the catalog afterwards', async () => {
  const platform = { database: kit.database, clock: systemClock, rights: kit.rights };
  const regions = askSubgraph(await createRegionsSubgraph(platform));
  const quotas = askSubgraph(await createQuotasSubgraph(platform));
  await kit.database.pool.query('TRUNCATE regions.region, quotas.quota_definition');
  await kit.database.pool.query('COMMENT ON TABLE regions.region IS NULL');
  expect((await regions('acme', '{ regions { id } }')).data).toEqual({ regions: [] });
  expect((await quotas('acme', '{ quotas { id } }')).data).toEqual({ quotas: [] });
  await seed(kit.database);
  expect((await regions<{ regions: [] }>('acme', '{ regions { id } }')).data.regions).toHaveLength(31);
  expect((await quotas<{ quotas: [] }>('acme', '{ quotas { id } }')).data.quotas).toHaveLength(50);
});
