import type { ChargeType } from '../model/node-pool.enums.js';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import { quotaExceeded } from '../../../engine/ledger/quota-exceeded.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { type Problem, ProblemError } from '../../../kernel/result.js';
import { vcpusOf } from '../store/node-changes.store.js';

const LARGEST = { resource: 'payg-max-vcpu-per-instance', scope: '*' } as const;

/** The instances that a pool is to get. */
export interface SizedPool {
  /** Number of instances. */
  readonly desiredSize: number;
  readonly instanceTypes: readonly string[];
  readonly config: { readonly instanceConfig: { readonly chargeType: ChargeType } };
  /** Path of that number in the input. */
  readonly path: readonly string[];
}

/**
 * Enforces the account's limit of vCPUs per pay-as-you-go instance. Pools that get no instances, and pools of spot or
 * subscription instances, are exempt. Rejects with `QUOTA_EXCEEDED`.
 */
export async function rejectLargeTypes(
  tx: Transaction,
  account: string,
  pools: readonly SizedPool[],
): Promise<void> {
  const sized = pools.filter(({ desiredSize }) => desiredSize > 0);
  const types = sized.flatMap(({ instanceTypes }) => instanceTypes);
  if (types.length === 0) return;
  const vcpus = await vcpusOf(tx, types);
  const limit = await largestInstance(tx, account);
  const problems = sized.flatMap(({ instanceTypes, config, path }) =>
    instanceTypes.flatMap((type): Problem[] => {
      const { chargeType } = config.instanceConfig;
      const problem = largeTypeProblem({ type, chargeType, vcpus: vcpus.get(type) ?? 0 }, limit);
      return problem ? [{ ...problem, path }] : [];
    }),
  );
  if (problems.length > 0) throw new ProblemError(problems);
}

/** Maximum number of vCPUs of a pay-as-you-go instance of the account. */
export async function largestInstance(tx: Transaction, account: string): Promise<number> {
  const [balance] = await readQuotaUsage(tx, account, [LARGEST]);
  return balance?.limit ?? Infinity;
}

/** Why the account must not have such an instance; undefined when it may. `limit` comes from `largestInstance`. */
export function largeTypeProblem(
  {
    type,
    chargeType,
    vcpus,
  }: { readonly type: string; readonly chargeType: ChargeType; readonly vcpus: number },
  limit: number,
): Problem | undefined {
  if (chargeType !== 'POSTPAID' || vcpus <= limit) return undefined;
  const message =
    `${LARGEST.resource}: ${type} has ${vcpus} vCPUs; the account may have pay-as-you-go instances of up to ${limit}. ` +
    'Ask for more with requestQuotaIncrease, or take spot instances or subscriptions.';
  return quotaExceeded({ ...LARGEST, limit, used: 0, requested: vcpus }, { message });
}
