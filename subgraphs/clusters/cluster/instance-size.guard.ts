import { balances } from '../../../engine/ledger.js';
import type { Transaction } from '../../../kernel/database.js';
import { type Problem, Refused } from '../../../kernel/result.js';
import { vcpusOf } from '../reconcile/nodes.store.js';

const LARGEST = { resource: 'payg-max-vcpu-per-instance', scope: '*' } as const;

/** Machines that a pool shall get. */
export interface SizedPool {
  /** How many. */
  readonly desiredSize: number;
  readonly instanceTypes?: readonly string[];
  readonly config?: { readonly machines?: { readonly chargeType?: string } };
  /** Where their number stands in the input. */
  readonly path: readonly string[];
}

/**
 * Pay-as-you-go machines have fewer vCPUs than the account's limit of a single one says. Pools that get no machines,
 * and those whose machines are spot instances or subscriptions, are free of it. Refuses `QUOTA_EXCEEDED`.
 */
export async function refuseLargeTypes(
  tx: Transaction,
  account: string,
  pools: readonly SizedPool[],
): Promise<void> {
  const sized = pools.filter((pool) => pool.desiredSize > 0 && isPayAsYouGo(pool));
  const types = sized.flatMap(({ instanceTypes = [] }) => instanceTypes);
  if (types.length === 0) return;
  const vcpus = await vcpusOf(tx, types);
  const [balance] = await balances(tx, account, [LARGEST]);
  const limit = balance?.limit ?? Infinity;
  const problems = sized.flatMap(({ instanceTypes = [], path }) =>
    instanceTypes.flatMap((type): Problem[] => {
      const size = vcpus.get(type) ?? 0;
      return size > limit ? [tooLarge(type, { size, limit, path })] : [];
    }),
  );
  if (problems.length > 0) throw new Refused(problems);
}

function isPayAsYouGo({ config }: SizedPool): boolean {
  return (config?.machines?.chargeType ?? 'POSTPAID') === 'POSTPAID';
}

function tooLarge(
  type: string,
  { size, limit, path }: { readonly size: number; readonly limit: number; readonly path: readonly string[] },
): Problem {
  return {
    code: 'QUOTA_EXCEEDED',
    message:
      `${LARGEST.resource}: ${type} has ${size} vCPUs; the account may have pay-as-you-go machines of up to ${limit}. ` +
      'Ask for more with requestQuotaIncrease, or take spot instances or subscriptions.',
    path,
    details: { resource: LARGEST.resource, limit, used: 0, requested: size },
  };
}
