import { type ApiThrottling, ThrottlingRecommendation } from '../api/api-throttling/api-throttling.type.js';

const REJECTED = 'apiserver_flowcontrol_rejected_requests_total';

/** Requests that an API server refused, by its metrics: the sum over all kinds of requests. */
export function rejectedRequests(metrics: string): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    const value =
      line.startsWith(`${REJECTED}{`) || line.startsWith(`${REJECTED} `) ? line.split(' ').at(-1) : '0';
    sum += Number(value) || 0;
  }
  return Math.min(sum, 2_147_483_647);
}

/** Which products can be migrated to one whose API server takes more. */
const MIGRATABLE: ReadonlySet<string> = new Set(['ACK_STANDARD']);

export function throttlingOf(product: string, throttledRequests: number): ApiThrottling {
  if (throttledRequests === 0) return { throttledRequests, recommendation: null };
  const advice = MIGRATABLE.has(product)
    ? ThrottlingRecommendation.MIGRATE_TO_PRO
    : ThrottlingRecommendation.READ_IN_PAGES;
  return { throttledRequests, recommendation: advice };
}
