import { GetWorkloadDocument, type GetWorkloadQuery } from '@fleetgraph/client';
import type { DemoOutput } from './demo-output.js';
import { need, type DemoContext } from './demo-context.js';
import { pollUntil } from './poll-until.js';
import { retryWhileUnavailable } from './retry-while-unavailable.js';

type Workload = NonNullable<GetWorkloadQuery['workload']>;

/** Waits for the number of ready pods, and shows each change of a pod's phase. */
export async function watchPods(context: DemoContext, replicas: number, output: DemoOutput): Promise<void> {
  const id = need(context, 'workloadId');
  const phases = new Map<string, string>();
  const workload = await pollUntil(
    async () => {
      const { client, signal } = context;
      const result = await retryWhileUnavailable(context, () =>
        client.query(GetWorkloadDocument, { id }, { signal }),
      );
      if (!result.workload) return undefined;
      printPods(result.workload, phases, output);
      output.progress(
        Math.min(1, result.workload.readyReplicas / replicas),
        `${result.workload.readyReplicas} of ${replicas} ready`,
      );
      return result.workload.readyReplicas === replicas ? result.workload : undefined;
    },
    { condition: `${replicas} ready pods`, signal: context.signal },
  );
  output.headline(`${workload.name} has ${workload.readyReplicas} of ${workload.replicas} pods ready`);
}

/** Maximum number of pods printed by name when several change in one poll. */
const NAMED = 3;

function printPods(workload: Workload, phases: Map<string, string>, output: DemoOutput): void {
  const changed = workload.pods.nodes.filter(({ id, phase }) => phases.get(id) !== phase);
  for (const { name, phase, nodeName } of changed.slice(0, NAMED))
    output.line(`pod ${name} is ${phase}${nodeName ? ` on ${nodeName}` : ''}`);
  if (changed.length > NAMED) output.line(`and ${changed.length - NAMED} more pods`);
  for (const { id, phase } of changed) phases.set(id, phase);
}
