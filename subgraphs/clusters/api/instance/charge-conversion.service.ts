import { notFound } from '../../../../engine/not-found.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { type NodeRow, NodeStore } from '../../store/node.store.js';
import { nextNodeState } from '../../model/node-states.js';
import { conversionProblem } from '../../model/charge-type.rules.js';
import type { ConvertChargeTypeInput } from './instance.type.js';

const MAX_NODES = 100;
const PATH = ['input', 'nodeIds'];

export class ChargeConversionService {
  constructor(private readonly platform: Platform) {}

  /** Converts all the nodes, or rejects with a problem for each that cannot be converted. */
  async convert(
    actor: Actor,
    input: ConvertChargeTypeInput,
    dryRun?: boolean | null,
  ): Promise<ChangeOutcome> {
    const ids = [...new Set(input.nodeIds)];
    if (ids.length < 1 || ids.length > MAX_NODES)
      throwProblem('INVALID_INPUT', `1 to ${MAX_NODES} nodes at once, not ${ids.length}.`, { path: PATH });
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'convertChargeType', input, dryRun }, async (tx, at) => {
      const rows = await new NodeStore(tx).byIds(account, ids);
      const found = new Map(rows.map((node) => [node.id, node]));
      const problems = ids.flatMap((id, index) =>
        nodeProblem(found.get(id), { id, to: input.chargeType, path: [...PATH, String(index)] }),
      );
      if (problems.length > 0) throw new ProblemError(problems);
      const clusters = new Set(rows.map(({ clusterId }) => clusterId));
      const [clusterId] = clusters;
      if (clusterId === undefined || clusters.size > 1)
        throwProblem('INVALID_INPUT', 'The nodes must be of one cluster; send a request for each cluster.', {
          path: PATH,
        });
      const operation = await createOperation(
        tx,
        {
          account,
          type: 'CONVERT_CHARGE_TYPE',
          targetKind: 'Cluster',
          targetId: clusterId,
          clusterId,
          stages: ['NODES'],
          requested: ids.length,
          input: { nodeIds: ids, chargeType: input.chargeType },
        },
        at,
      );
      await enqueue(tx, 'charge-conversion', operation.id);
      return { clusterId, operationId: operation.id };
    });
  }
}

function nodeProblem(
  node: NodeRow | undefined,
  { id, to, path }: { readonly id: string; readonly to: string; readonly path: readonly string[] },
): Problem[] {
  if (!node) return [notFound('NODE', id, path)];
  if (!nextNodeState(node.state, 'CONVERT'))
    return [
      {
        code: 'INVALID_STATE',
        message: `The node ${node.name} (${id}) is ${node.state}; only the instance of a running node is converted.`,
        path,
      },
    ];
  const problem = conversionProblem({ instanceType: node.instanceType, from: node.chargeType, to });
  return problem ? [{ ...problem, path }] : [];
}
