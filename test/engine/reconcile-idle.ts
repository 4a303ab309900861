import { eventually } from '../kit/eventually.js';
import type { EngineFixture } from './engine-fixture.js';

/**
 * Resolves when no reconcile of the kind, or of one key of it, is due or running: later reconciles read the state from
 * after this call.
 */
export function reconcilesIdle({ prisma }: EngineFixture, kind: string, key?: string): Promise<boolean> {
  return eventually(
    async () => {
      const [row] = await prisma.$queryRaw<{ reconciles: number }[]>`
        SELECT count(*)::int AS reconciles FROM graphile_worker._private_jobs
        WHERE payload->>'kind' = ${kind} AND (${key ?? null}::text IS NULL OR payload->>'key' = ${key ?? null})
          AND (run_at <= now() OR locked_by IS NOT NULL)`;
      return row?.reconciles === 0;
    },
    { what: `the end of reconciles of ${kind}` },
  );
}
