import type { Clock } from '../../../kernel/clock.js';
import { type ApiError, tooManyRequests } from '../kinds/status.js';

/** Number of objects that the lists of one cluster may read: burst, and per second. */
export interface ListRates {
  readonly burst: number;
  readonly perSecond: number;
}

/** Rates by edition of the control plane. */
export const listRates: Readonly<Record<'STANDARD' | 'PRO', ListRates>> = {
  STANDARD: { burst: 2_000, perSecond: 200 },
  PRO: { burst: 20_000, perSecond: 2_000 },
};

/** Largest page with the discount. */
const MAX_DISCOUNTED_PAGE = 500;
/** Number of objects of a page that cost as much as one object of an unpaged list. */
const PAGE_DISCOUNT = 20;

/** Cost of a list. An unpaged list blocks API server and etcd far longer than its pages. */
export function listCost(list: { readonly objects: number; readonly limit: number }): number {
  const paged = list.limit > 0 && list.limit <= MAX_DISCOUNTED_PAGE;
  return Math.max(1, paged ? Math.ceil(list.objects / PAGE_DISCOUNT) : list.objects);
}

/**
 * Token bucket of a cluster's lists. A list larger than the bucket is allowed when the bucket is full, and leaves a
 * debt; all lists are rejected until the debt is refilled.
 */
export class ListRateLimiter {
  /** Number of rejected requests since the start of the process. */
  rejected = 0;
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly rates: () => ListRates,
  ) {
    this.tokens = rates().burst;
    this.filledAt = clock.now().getTime();
  }

  /** Takes the cost of a list. Throws ApiError 429 with the seconds after which the list fits. */
  take(cost: number): void {
    const { burst, perSecond } = this.rates();
    this.fill(burst, perSecond);
    const needed = Math.min(cost, burst);
    if (this.tokens < needed) throw this.reject(Math.max(1, Math.ceil((needed - this.tokens) / perSecond)));
    this.tokens -= cost;
  }

  /** Counts a rejected request and returns its ApiError 429. */
  reject(retryAfterSeconds: number): ApiError {
    this.rejected += 1;
    return tooManyRequests(retryAfterSeconds);
  }

  private fill(burst: number, perSecond: number): void {
    const now = this.clock.now().getTime();
    const earned = (Math.max(0, now - this.filledAt) / 1000) * perSecond;
    this.tokens = Math.min(burst, this.tokens + earned);
    this.filledAt = now;
  }
}

/** The metric of rejected requests, as in the `/metrics` of API servers. */
export function listRateMetrics({ rejected }: ListRateLimiter): string {
  const name = 'apiserver_flowcontrol_rejected_requests_total';
  return [
    `# HELP ${name} [BETA] Number of requests rejected by API Priority and Fairness subsystem`,
    `# TYPE ${name} counter`,
    `${name}{flow_schema="global-default",priority_level="global-default",reason="queue-full"} ${rejected}`,
    '',
  ].join('\n');
}
