import { describe, expect, test } from 'vitest';
import { migrationProblems, type MigrationFacts } from '../../../subgraphs/clusters/model/migration.rules.js';

describe('rules of a migration to Pro', () => {
  const need = { resource: 'ACK_PRO/clustersPerAccount', scope: '', limit: 100, used: 3, requested: 1 };
  const facts: MigrationFacts = {
    id: 'cluster_1',
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
    const problems = migrationProblems({ ...facts, ...change });
    expect(problems.map(({ code }) => code)).toEqual(codes);
    const unnamed = problems.filter(
      ({ code, message }) => code !== 'QUOTA_EXCEEDED' && !message.includes('cluster_1'),
    );
    expect(unnamed).toEqual([]);
  });
});
