import type { Clock } from '../../../../kernel/clock.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { billingLines, spanProblem } from '../../model/billing.rules.js';
import type { BillingStore } from '../../store/billing.store.js';
import type { BillingReport } from './billing.type.js';

/** Reports the usage records of an account's clusters. */
export class BillingService {
  constructor(
    private readonly store: BillingStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Returns the usage of the account's clusters or of one of them; no lines for a cluster that the account never had.
   * Throws INVALID_INPUT.
   */
  async report(
    { actor }: RequestContext,
    { from, to, clusterId }: { readonly from: Date; readonly to: Date; readonly clusterId: string | null },
  ): Promise<BillingReport> {
    const problem = spanProblem(from, to);
    if (problem) throwProblem('INVALID_INPUT', problem, { path: ['to'] });
    const now = this.clock.now();
    const span = { from, to: to < now ? to : now };
    if (span.to <= from) return { ...span, to: from, lines: [] };
    const sums = await this.store.sums(actor.account, span, clusterId);
    return { ...span, lines: sums.flatMap(billingLines) };
  }
}
