import { ListQuotasDocument, type ListQuotasQuery } from '@fleetgraph/client';
import type { DemoOutput } from '../demo-output.js';
import type { Step, DemoContext } from '../demo-context.js';

type Quota = ListQuotasQuery['quotas'][number];

/** What making a cluster counts against. */
const COUNTED = ['ACK_PRO/clustersPerAccount', 'payg-vcpu', 'load-balancers'];

export const showQuotas: Step = {
  title: 'See what the quotas leave room for',
  async run(story, tell) {
    const quotas = await countedQuotas(story);
    story.usedBefore = new Map(quotas.map(({ resource, used }) => [resource, used]));
    printQuotas(quotas, tell);
  },
};

export const showQuotasAgain: Step = {
  title: 'See what the quotas leave now',
  async run(story, tell) {
    printQuotas(await countedQuotas(story), tell);
  },
};

/** The account's quotas that the demo touches. */
export async function countedQuotas({ client, signal }: DemoContext): Promise<Quota[]> {
  const { quotas } = await client.query(ListQuotasDocument, {}, { signal });
  return quotas.filter(({ resource }) => COUNTED.includes(resource));
}

export function printQuotas(quotas: readonly Quota[], tell: DemoOutput): void {
  for (const { resource, used, limit } of quotas) {
    tell.line(`${resource.padEnd(28)} ${String(used).padStart(4)} of ${limit ?? 'unlimited'} in use`);
  }
}
