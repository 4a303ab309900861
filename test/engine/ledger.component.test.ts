import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readQuotaUsage,
  adjustUsage,
  lockQuotaUsage,
  release,
  reserve,
  reserveAll,
  reserveUpTo,
  setDefaultLimits,
  setLimit,
} from '../../engine/ledger/ledger.js';
import { toResult } from '../../kernel/result.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

const take = (account: string, resource: string, amount: number, scope = '') =>
  toResult(() => kit.database.prisma.$transaction((tx) => reserve(tx, { account, resource, scope, amount })));

async function used(account: string, resource: string, scope = ''): Promise<number | undefined> {
  return (await readQuotaUsage(kit.database.prisma, account, [{ resource, scope }]))[0]?.used;
}

describe('the ledger', () => {
  it('grants exactly the remaining quota to 50 concurrent reservations', async () => {
    await setLimit(kit.database.prisma, 'race', { resource: 'seats', scope: '*' }, 7);
    const results = await Promise.all(Array.from({ length: 50 }, () => take('race', 'seats', 1)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(7);
    expect(await used('race', 'seats')).toBe(7);
    const rejected = results.flatMap((result) => (result.ok ? [] : result.problems));
    expect(rejected).toHaveLength(43);
    expect(rejected[0]).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { resource: 'seats', limit: 7, used: 7, requested: 1 },
    });
  });

  it('rejects a first reservation above the limit', async () => {
    await setLimit(kit.database.prisma, 'big', { resource: 'seats', scope: '*' }, 3);
    expect(await take('big', 'seats', 4)).toMatchObject({
      ok: false,
      problems: [{ code: 'QUOTA_EXCEEDED' }],
    });
    expect(await take('big', 'seats', 3)).toMatchObject({ ok: true });
  });

  it('applies the most specific limit, and no limit when none is set', async () => {
    const { prisma } = kit.database;
    await setDefaultLimits(prisma, [{ resource: 'rooms', limit: 2 }]);
    await setLimit(prisma, 'own', { resource: 'rooms', scope: '*' }, 3);
    await setLimit(prisma, 'own', { resource: 'rooms', scope: 'cluster_a' }, 4);
    await setLimit(prisma, 'free', { resource: 'rooms', scope: '*' }, null);
    const limit = async (account: string, scope: string) =>
      (await readQuotaUsage(prisma, account, [{ resource: 'rooms', scope }]))[0]?.limit;
    expect(await limit('other', '')).toBe(2);
    expect(await limit('own', '')).toBe(3);
    expect(await limit('own', 'cluster_a')).toBe(4);
    expect(await limit('free', '')).toBeNull();
    expect(await take('other', 'rooms', 3)).toMatchObject({ ok: false });
    expect(await take('own', 'rooms', 4, 'cluster_a')).toMatchObject({ ok: true });
    expect(await take('free', 'rooms', 1_000_000)).toMatchObject({ ok: true });
    expect(await take('anybody', 'no-such-limit', 1_000_000)).toMatchObject({ ok: true });
  });

  it('grants the largest multiple of the step that fits', async () => {
    const { prisma } = kit.database;
    await setLimit(prisma, 'part', { resource: 'vcpu', scope: '*' }, 10);
    const grant = (amount: number, step: number) =>
      prisma.$transaction((tx) =>
        reserveUpTo(tx, { account: 'part', resource: 'vcpu', scope: '', amount, step }),
      );
    expect(await grant(4, 4)).toBe(4);
    expect(await grant(12, 4)).toBe(4);
    expect(await grant(4, 4)).toBe(0);
    expect(await used('part', 'vcpu')).toBe(8);
  });

  it('grants no more than the limit to 50 concurrent partial reservations', async () => {
    const { prisma } = kit.database;
    await setLimit(prisma, 'parts', { resource: 'vcpu', scope: '*' }, 100);
    const grants = await Promise.all(
      Array.from({ length: 50 }, () =>
        prisma.$transaction((tx) =>
          reserveUpTo(tx, { account: 'parts', resource: 'vcpu', scope: '', amount: 3 }),
        ),
      ),
    );
    expect(grants.reduce((sum, granted) => sum + granted, 0)).toBe(100);
  });

  it('adds released amounts to the quota, and ignores rolled back reservations', async () => {
    const { prisma } = kit.database;
    await take('back', 'seats', 5);
    await release(prisma, { account: 'back', resource: 'seats', scope: '', amount: 2 });
    expect(await used('back', 'seats')).toBe(3);
    await prisma
      .$transaction(async (tx) => {
        await reserve(tx, { account: 'back', resource: 'seats', scope: '', amount: 9 });
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(await used('back', 'seats')).toBe(3);
    await release(prisma, { account: 'back', resource: 'seats', scope: '', amount: 99 });
    expect(await used('back', 'seats')).toBe(0);
  });

  it('reads many quota usages in order with one statement', async () => {
    await take('many', 'b', 2, 's');
    const requested = [
      { resource: 'a', scope: '' },
      { resource: 'b', scope: 's' },
    ];
    const statements = await kit.statements(async () => {
      expect(await readQuotaUsage(kit.database.prisma, 'many', requested)).toEqual([
        { resource: 'a', scope: '', limit: null, used: 0 },
        { resource: 'b', scope: 's', limit: null, used: 2 },
      ]);
    });
    expect(statements).toHaveLength(1);
  });

  it('reserves several resources or none, and names the resource that exceeds its quota', async () => {
    const { prisma } = kit.database;
    await setLimit(prisma, 'all', { resource: 'tables', scope: '*' }, 5);
    await setLimit(prisma, 'all', { resource: 'chairs', scope: '*' }, 3);
    const takeAll = (amount: number) =>
      toResult(() =>
        prisma.$transaction((tx) =>
          reserveAll(tx, 'all', [
            { resource: 'lamps', scope: '', amount: 0 },
            { resource: 'tables', scope: '', amount, path: ['tables'] },
            { resource: 'chairs', scope: 'hall', amount, path: ['chairs'] },
            { resource: 'chairs', scope: 'yard', amount: 4, computedLimit: 4 },
          ]),
        ),
      );
    expect(await takeAll(4)).toMatchObject({
      ok: false,
      problems: [{ path: ['chairs'], details: { resource: 'chairs', limit: 3, used: 0, requested: 4 } }],
    });
    expect(await used('all', 'tables')).toBe(0);
    expect(await takeAll(3)).toMatchObject({ ok: true });
    expect(await used('all', 'tables')).toBe(3);
    expect(await used('all', 'chairs', 'hall')).toBe(3);
    // Neither resource has enough quota: the error names the first requested one.
    expect(await takeAll(3)).toMatchObject({ ok: false, problems: [{ path: ['tables'] }] });
  });

  it('blocks concurrent reservations while quota usage is locked', async () => {
    const { prisma } = kit.database;
    const places = [
      { resource: 'beds', scope: 'a' },
      { resource: 'beds', scope: 'b' },
    ];
    await setLimit(prisma, 'hold', { resource: 'beds', scope: '*' }, 20);
    // Each call takes one unit of both, while fewer than ten units are used in total.
    const takeOne = () =>
      prisma.$transaction(async (tx) => {
        const [a, b] = await lockQuotaUsage(tx, 'hold', places);
        if ((a?.used ?? 0) + (b?.used ?? 0) >= 10) return 0;
        await adjustUsage(
          tx,
          'hold',
          places.map((place) => ({ ...place, amount: 1 })),
        );
        return 1;
      });
    const taken = await Promise.all(Array.from({ length: 30 }, takeOne));
    expect(taken.filter((one) => one === 1)).toHaveLength(5);
    expect(await readQuotaUsage(prisma, 'hold', places)).toEqual([
      { resource: 'beds', scope: 'a', used: 5, limit: 20 },
      { resource: 'beds', scope: 'b', used: 5, limit: 20 },
    ]);
  });

  it('adjusts several usages in one statement, once each under concurrency, and never below 0', async () => {
    const { prisma } = kit.database;
    const change = (amount: number) =>
      prisma.$transaction((tx) =>
        adjustUsage(tx, 'many', [
          { resource: 'cups', scope: '', amount },
          { resource: 'plates', scope: '', amount: 2 * amount },
          { resource: 'never-opened', scope: '', amount },
        ]),
      );
    await prisma.$transaction((tx) =>
      lockQuotaUsage(tx, 'many', [
        { resource: 'plates', scope: '' },
        { resource: 'cups', scope: '' },
      ]),
    );
    await Promise.all(Array.from({ length: 30 }, () => change(1)));
    expect([await used('many', 'cups'), await used('many', 'plates')]).toEqual([30, 60]);
    await Promise.all(Array.from({ length: 40 }, () => change(-1)));
    expect([await used('many', 'cups'), await used('many', 'plates')]).toEqual([0, 0]);
    expect(await used('many', 'never-opened')).toBe(0);
  });
});
