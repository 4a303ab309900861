import { expect } from 'vitest';
import { eventually } from './eventually.js';
import { queryGraph, type GraphSession } from './cluster-lifecycle.js';

/** Raises account-wide quotas through the graph, by an application and its approval, and waits until they are effective. */
export async function raiseQuotas(
  session: GraphSession,
  limits: Readonly<Record<string, number>>,
): Promise<void> {
  const read = async () => {
    const { quotas } = await queryGraph<{ quotas: { id: string; resource: string; limit: number }[] }>(
      session,
      '{ quotas { id resource limit } }',
    );
    return new Map(quotas.map((quota) => [quota.resource, quota]));
  };
  const known = await read();
  for (const [resource, limit] of Object.entries(limits)) {
    const { requestQuotaIncrease } = await queryGraph<{
      requestQuotaIncrease: { quotaApplication: { id: string } | null; userErrors: unknown[] };
    }>(
      session,
      `mutation Raise($input: RequestQuotaIncreaseInput!) { requestQuotaIncrease(input: $input) {
         quotaApplication { id } userErrors { code message } } }`,
      { input: { quotaId: known.get(resource)?.id, limit, reason: 'test' } },
    );
    expect(requestQuotaIncrease.userErrors).toEqual([]);
    await approveQuota(session, requestQuotaIncrease.quotaApplication?.id ?? '');
  }
  await eventually(async () => {
    const now = await read();
    return Object.entries(limits).every(([resource, limit]) => now.get(resource)?.limit === limit);
  });
}

/** Approves a quota application, as an operator of the platform. */
export async function approveQuota({ url }: Pick<GraphSession, 'url'>, id: string): Promise<void> {
  const operator = { url, account: 'operator', scopes: ['fleet:admin'] };
  const { decideQuotaApplication } = await queryGraph<{ decideQuotaApplication: { userErrors: unknown[] } }>(
    operator,
    `mutation Decide($input: DecideQuotaApplicationInput!) { decideQuotaApplication(input: $input) {
       userErrors { code message } } }`,
    { input: { id, approved: true } },
  );
  expect(decideQuotaApplication.userErrors).toEqual([]);
}
