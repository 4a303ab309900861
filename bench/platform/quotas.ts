import { queryGraph, type GraphEndpoint, until } from './graph-endpoint.js';

const RAISE = `mutation Raise($input: RequestQuotaIncreaseInput!) {
  requestQuotaIncrease(input: $input) { quotaApplication { id } userErrors { code message path } }
}`;
const APPROVE = `mutation Approve($input: DecideQuotaApplicationInput!) {
  decideQuotaApplication(input: $input) { userErrors { code message path } }
}`;

interface Payload {
  readonly quotaApplication?: { readonly id: string } | null;
  readonly userErrors: readonly unknown[];
}

interface Quota {
  readonly id: string;
  readonly resource: string;
  readonly limit: number | null;
}

/** Raises lower limits of the account through the graph and waits until they are in effect. */
export async function raiseQuotas(
  endpoint: GraphEndpoint,
  limits: Readonly<Record<string, number>>,
): Promise<void> {
  const before = await readQuotas(endpoint);
  for (const [resource, limit] of Object.entries(limits)) {
    const quota = before.get(resource);
    if (!quota) throw new Error(`there is no quota ${resource}`);
    if ((quota.limit ?? Infinity) >= limit) continue;
    const input = { quotaId: quota.id, limit, reason: 'benchmark' };
    const { quotaApplication } = await accepted(endpoint, RAISE, input);
    await accepted({ ...endpoint, token: endpoint.operator ?? '' }, APPROVE, {
      id: quotaApplication?.id,
      approved: true,
    });
  }
  await until('raised quotas', 180, async () => {
    const now = await readQuotas(endpoint);
    return Object.entries(limits).every(
      ([resource, limit]) => (now.get(resource)?.limit ?? Infinity) >= limit,
    );
  });
}

/** Sends a mutation and returns its payload; throws on user errors. */
async function accepted(endpoint: GraphEndpoint, mutation: string, input: object): Promise<Payload> {
  const [payload] = Object.values(await queryGraph<Record<string, Payload>>(endpoint, mutation, { input }));
  if (!payload || payload.userErrors.length > 0) throw new Error(JSON.stringify(payload?.userErrors));
  return payload;
}

async function readQuotas(endpoint: GraphEndpoint): Promise<Map<string, Quota>> {
  const { quotas } = await queryGraph<{ quotas: Quota[] }>(endpoint, '{ quotas { id resource limit } }');
  return new Map(quotas.map((quota) => [quota.resource, quota]));
}
