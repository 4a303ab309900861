import { ListQuotasDocument, type ListQuotasQuery } from '@fleetgraph/client';
import type { DemoOutput } from '../demo-output.js';
import type { Step, DemoContext } from '../demo-context.js';

type Quota = ListQuotasQuery['quotas'][number];

/** Quotas that a new cluster uses. */
const COUNTED = ['ACK_PRO/clustersPerAccount', 'payg-vcpu', 'load-balancers'];

export const showQuotas: Step = {
  title: 'Show the quotas before',
  async run(context, output) {
    const quotas = await countedQuotas(context);
    context.usedBefore = new Map(quotas.map(({ resource, used }) => [resource, used]));
    printQuotas(quotas, output);
  },
};

export const showQuotasAgain: Step = {
  title: 'Show the quotas now',
  async run(context, output) {
    printQuotas(await countedQuotas(context), output);
  },
};

/** The account's quotas that the demo uses. */
export async function countedQuotas({ client, signal }: DemoContext): Promise<Quota[]> {
  const { quotas } = await client.query(ListQuotasDocument, {}, { signal });
  return quotas.filter(({ resource }) => COUNTED.includes(resource));
}

export function printQuotas(quotas: readonly Quota[], output: DemoOutput): void {
  for (const { resource, used, limit } of quotas) {
    output.line(`${resource.padEnd(28)} ${String(used).padStart(4)} of ${limit ?? 'unlimited'} in use`);
  }
}
