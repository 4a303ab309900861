import type { Clock } from '../../../kernel/clock.js';
import { type ApiError, tooManyRequests } from '../kinds/status.js';

/** How many objects the lists of one cluster may read: at once, and each second. */
export interface ListRates {
  readonly burst: number;
  readonly perSecond: number;
}

/** By edition of the control plane. */
export const listRates: Readonly<Record<'STANDARD' | 'PRO', ListRates>> = {
  STANDARD: { burst: 2_000, perSecond: 200 },
  PRO: { burst: 20_000, perSecond: 2_000 },
};

/** The largest page that is read at the price of pages. */
const PAGE = 500;
/** Objects of a page that cost as much as one of a list that is read whole. */
const PAGE_DISCOUNT = 20;

/** What a list costs. One that is read whole holds API server and etcd far longer than its pages one by one. */
export function listCost(list: { readonly objects: number; readonly limit: number }): number {
  const paged = list.limit > 0 && list.limit <= PAGE;
  return Math.max(1, paged ? Math.ceil(list.objects / PAGE_DISCOUNT) : list.objects);
}

/**
 * The token bucket of a cluster's lists. A list larger than the bucket is let through when it is full, and leaves it
 * in debt; until that is paid every list is refused.
 */
export class ListRateLimiter {
  /** Requests refused since this process started, as an API server counts. */
  refused = 0;
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly rates: () => ListRates,
  ) {
    this.tokens = rates().burst;
    this.filledAt = clock.now().getTime();
  }

  /** Takes the cost of a list. Throws ApiError 429, with the whole seconds after which it would fit. */
  take(cost: number): void {
    const { burst, perSecond } = this.rates();
    this.fill(burst, perSecond);
    const needed = Math.min(cost, burst);
    if (this.tokens < needed) throw this.refuse(Math.max(1, Math.ceil((needed - this.tokens) / perSecond)));
    this.tokens -= cost;
  }

  /** Counts a request as refused; answers the ApiError 429 that says so. */
  refuse(retryAfterSeconds: number): ApiError {
    this.refused += 1;
    return tooManyRequests(retryAfterSeconds);
  }

  private fill(burst: number, perSecond: number): void {
    const now = this.clock.now().getTime();
    const earned = (Math.max(0, now - this.filledAt) / 1000) * perSecond;
    this.tokens = Math.min(burst, this.tokens + earned);
    this.filledAt = now;
  }
}

/** What `/metrics` says, as an API server words it. */
export function listRateMetrics({ refused }: ListRateLimiter): string {
  const name = 'apiserver_flowcontrol_rejected_requests_total';
  return [
    `# HELP ${name} [BETA] Number of requests rejected by API Priority and Fairness subsystem`,
    `# TYPE ${name} counter`,
    `${name}{flow_schema="global-default",priority_level="global-default",reason="queue-full"} ${refused}`,
    '',
  ].join('\n');
}
