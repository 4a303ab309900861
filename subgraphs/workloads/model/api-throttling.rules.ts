/** Recommendations that reduce the throttling of a cluster's API. */
export type ThrottlingRecommendation = 'MIGRATE_TO_PRO' | 'READ_IN_PAGES';

/** Throttling of a cluster's API; the GraphQL type of the same name describes the fields. */
export interface ApiThrottling {
  readonly throttledRequests: number;
  readonly recommendation: ThrottlingRecommendation | null;
}

const REJECTED = 'apiserver_flowcontrol_rejected_requests_total';

/** Returns the number of requests that an API server rejected, from its metrics: the sum over all series. */
export function rejectedRequests(metrics: string): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    const value =
      line.startsWith(`${REJECTED}{`) || line.startsWith(`${REJECTED} `) ? line.split(' ').at(-1) : '0';
    sum += Number(value) || 0;
  }
  return Math.min(sum, 2_147_483_647);
}

/** Products that can be migrated to one whose API server accepts more requests. */
const MIGRATABLE: ReadonlySet<string> = new Set(['ACK_STANDARD']);

export function throttlingOf(product: string, throttledRequests: number): ApiThrottling {
  if (throttledRequests === 0) return { throttledRequests, recommendation: null };
  const recommendation = MIGRATABLE.has(product) ? 'MIGRATE_TO_PRO' : 'READ_IN_PAGES';
  return { throttledRequests, recommendation };
}
