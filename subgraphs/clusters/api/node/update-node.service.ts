import { impersonatedUser } from '../../../../access/kubernetes-user.js';
import { checkClientToken, idempotent, noResult } from '../../../../engine/operations/client-tokens.js';
import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, MERGE_PATCH } from '../../../../engine/kubernetes/client.js';
import { KubernetesStatusError, rejectionProblem } from '../../../../engine/kubernetes/kubernetes-error.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import type { Platform } from '../../../../engine/platform.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import { type ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { labelRiskProblems } from '../../model/registered.rules.js';
import { NodePoolStore } from '../../store/node-pool.store.js';
import { configOf } from '../../model/pool-config.js';
import { eventOf } from '../../model/cluster-events.js';
import { type LabelledNode, metadataOf, type NodeMetadata } from '../../model/node-metadata.js';
import { type NodeRow, NodeStore } from '../../store/node.store.js';
import { planNodeChange, type PoolSettings } from '../../model/update-node.plan.js';
import { nodeChangeProblems } from '../../model/update-node.rules.js';
import type { UpdateNodeInput } from './update-node.type.js';
import { nodePath } from '../../inspection/kubernetes-nodes.js';

const MUTATION = 'updateNode';
const PATH = ['input', 'id'];
/** Time limit for reading and writing a node, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** A node with its Kubernetes metadata, in a dry run as it would be; undefined: not read yet. */
export interface UpdatedNode extends NodeRow {
  readonly metadata?: NodeMetadata | undefined;
}

interface Target {
  readonly node: NodeRow;
  readonly cluster: ClusterRow;
  readonly pool: PoolSettings;
  readonly client: KubernetesClient;
}

interface Written {
  readonly metadata: NodeMetadata;
  readonly before: NodeMetadata;
  /** The changed keys; empty when none changed. */
  readonly summary: string;
}

/** Changes labels, annotations and taints of nodes in Kubernetes. */
export class UpdateNodeService {
  constructor(private readonly platform: Pick<Platform, 'database' | 'kubernetes' | 'clock'>) {}

  /**
   * Rejects with `INVALID_INPUT` values that Kubernetes rejects, reserved keys and keys of the node pool; with
   * `INVALID_STATE` nodes that do not run; with `CONFLICT` a node that changes between read and write. Nodes of
   * registered clusters require acknowledgeRisk.
   */
  async update(actor: Actor, input: UpdateNodeInput, dryRun?: boolean | null): Promise<UpdatedNode> {
    const problems = nodeChangeProblems(input);
    if (problems.length > 0) throw new ProblemError(problems);
    const target = await this.target(actor, input);
    const metadata = dryRun
      ? await this.rehearse(actor, input, target)
      : await this.change(actor, input, target);
    return { ...target.node, metadata };
  }

  private async rehearse(actor: Actor, input: UpdateNodeInput, target: Target): Promise<NodeMetadata> {
    await checkClientToken(this.platform.database.prisma, this.request(actor, input));
    return (await write(target, input, { dryRun: 'All' })).metadata;
  }

  /** undefined for a repeated request, which does not read the node. */
  private async change(
    actor: Actor,
    input: UpdateNodeInput,
    target: Target,
  ): Promise<NodeMetadata | undefined> {
    const request = this.request(actor, input);
    // Without a clientToken no row needs to be locked during the requests to Kubernetes.
    const first = input.clientToken == null ? await write(target, input, {}) : undefined;
    return eventTransaction(this.platform.database.prisma, request.at, async (tx) => {
      let written = first;
      await idempotent(tx, { ...request, result: noResult }, async () => {
        written ??= await write(target, input, {});
        return {};
      });
      if (written?.summary) tx.emit(actor.account, updated(target, written, actor.subject));
      return written?.metadata;
    });
  }

  private request({ account }: Actor, input: UpdateNodeInput) {
    return { account, mutation: MUTATION, token: input.clientToken, input, at: this.platform.clock.now() };
  }

  private async target(actor: Actor, input: UpdateNodeInput): Promise<Target> {
    const { account } = actor;
    const { prisma } = this.platform.database;
    const [node] = await new NodeStore(prisma).byIds(account, [input.id]);
    if (!node) return throwNotFound('NODE', input.id, PATH);
    const [cluster] = await new ClusterStore(prisma).byIds(account, [node.clusterId]);
    if (!cluster) return throwNotFound('NODE', input.id, PATH);
    const risks = labelRiskProblems(cluster, { labels: true, acknowledged: input.acknowledgeRisk === true });
    if (risks.length > 0) throw new ProblemError(risks);
    if (node.state !== 'running')
      throwProblem(
        'INVALID_STATE',
        `The node ${node.id} (${node.name}) is ${node.state}; only a running one can be changed.`,
        {
          path: PATH,
        },
      );
    const access = (await clusterAccess(prisma, account, [cluster.id])).get(cluster.id);
    if (!access)
      return throwProblem('INVALID_STATE', `The cluster ${cluster.id} has no Kubernetes API yet.`, {
        path: PATH,
      });
    const pools =
      node.nodePoolId === null ? [] : await new NodePoolStore(prisma).byIds(account, [node.nodePoolId]);
    // Not the request's signal: after a disconnect of the client the event must still be written.
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const options = { clusterId: cluster.id, signal, user: impersonatedUser(actor) };
    const client = new KubernetesClient(this.platform.kubernetes.of(access), options);
    return { node, cluster, pool: configOf(pools[0] ?? { config: {} }), client };
  }
}

async function write(
  { client, node, pool }: Target,
  input: UpdateNodeInput,
  options: { readonly dryRun?: string },
): Promise<Written> {
  const path = nodePath(node.name);
  try {
    const present = await client.get<LabelledNode>(path);
    const { problems, patch, summary, before } = planNodeChange(input, present, pool);
    if (problems.length > 0) throw new ProblemError(problems);
    if (!patch) return { metadata: before, before, summary };
    const query = { fieldManager: 'fleetgraph', ...options };
    const after = await client.patch<LabelledNode>(path, patch, MERGE_PATCH, query);
    return { metadata: metadataOf(after), before, summary };
  } catch (error) {
    if (error instanceof KubernetesStatusError) throw new ProblemError([rejection(error, node)]);
    throw error;
  }
}

function rejection(error: KubernetesStatusError, { name }: NodeRow): Problem {
  if (error.status === 404)
    return { code: 'NOT_FOUND', message: `Kubernetes has no node ${name} (any more).`, path: PATH };
  if (error.status === 409) {
    const message = `The node ${name} changed in Kubernetes meanwhile. Send the request again.`;
    return { code: 'CONFLICT', message, path: PATH };
  }
  return { ...rejectionProblem(error), path: ['input'] };
}

function updated({ node, cluster }: Target, { summary, before, metadata }: Written, actor: string) {
  const pool = node.nodePoolId === null ? {} : { pool: { id: node.nodePoolId } };
  const taints = { before: before.taints, after: metadata.taints };
  const labels = { before: before.labels, after: metadata.labels };
  return eventOf(
    { cluster, ...pool },
    'NODE_UPDATED',
    `Node ${node.name} changed by ${actor}: ${summary}.`,
    // Annotations can be long, and their values do not belong in the event log.
    { data: { nodeId: node.id, name: node.name, actor, labels, taints } },
  );
}
