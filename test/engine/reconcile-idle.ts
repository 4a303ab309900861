import { eventually } from '../kit/eventually.js';
import type { EngineFixture } from './engine-fixture.js';

/**
 * Resolves when no look of the engine at things of the kind, or at one of them, is due or under way: whatever it sees
 * from then on was there before it looked.
 */
export function reconcilesIdle({ prisma }: EngineFixture, kind: string, key?: string): Promise<boolean> {
  return eventually(
    async () => {
      const [row] = await prisma.$queryRaw<{ looks: number }[]>`
        SELECT count(*)::int AS looks FROM graphile_worker._private_jobs
        WHERE payload->>'kind' = ${kind} AND (${key ?? null}::text IS NULL OR payload->>'key' = ${key ?? null})
          AND (run_at <= now() OR locked_by IS NOT NULL)`;
      return row?.looks === 0;
    },
    { what: `the end of looks of ${kind}` },
  );
}
