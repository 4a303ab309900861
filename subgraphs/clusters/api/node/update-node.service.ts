import { checkClientToken, idempotent, noResult } from '../../../../engine/operations/client-tokens.js';
import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { KubernetesStatusError } from '../../../../engine/kubernetes/kubernetes-error.js';
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
import { nodePath } from '../../inspection/node-metadata.reader.js';
import { type NodeRow, NodeStore } from '../../store/node.store.js';
import { planNodeChange, type PoolSettings } from '../../model/update-node.plan.js';
import { nodeChangeProblems } from '../../model/update-node.rules.js';
import type { UpdateNodeInput } from './update-node.type.js';

const MUTATION = 'updateNode';
const PATH = ['input', 'id'];
/** How long the cluster may take to read and write a node. */
const TIMEOUT_MS = 20_000;

/** A node with what Kubernetes has of it, or would have after a dry run; undefined: to be read. */
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
  /** Which keys changed; empty: none. */
  readonly summary: string;
}

/** Changes labels, annotations and taints of nodes in their cluster's Kubernetes. */
export class UpdateNodeService {
  constructor(private readonly platform: Pick<Platform, 'database' | 'kubernetes' | 'clock'>) {}

  /**
   * Refuses what Kubernetes would, reserved keys and those of the node pool (`INVALID_INPUT`), nodes that do not run
   * (`INVALID_STATE`), nodes of registered clusters without acknowledgeRisk, and `CONFLICT` when the node changes between
   * reading and writing it.
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

  /** Undefined for the repetition of a request: nothing was read of the node. */
  private async change(
    actor: Actor,
    input: UpdateNodeInput,
    target: Target,
  ): Promise<NodeMetadata | undefined> {
    const request = this.request(actor, input);
    // Without a token nothing need be locked while Kubernetes is asked.
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

  private async target({ account }: Actor, input: UpdateNodeInput): Promise<Target> {
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
    // Not the request's signal: a client that leaves must not part the change from its event.
    const options = { clusterId: cluster.id, signal: AbortSignal.timeout(TIMEOUT_MS) };
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
    const after = await client.patch<LabelledNode>(path, patch, 'application/merge-patch+json', query);
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
  const { message, status } = error;
  return { code: 'KUBERNETES_REJECTED', message, path: ['input'], details: { status } };
}

function updated({ node, cluster }: Target, { summary, before, metadata }: Written, actor: string) {
  const pool = node.nodePoolId === null ? {} : { pool: { id: node.nodePoolId } };
  const taints = { before: before.taints, after: metadata.taints };
  const labels = { before: before.labels, after: metadata.labels };
  return eventOf(
    { cluster, ...pool },
    'NODE_UPDATED',
    `Node ${node.name} changed by ${actor}: ${summary}.`,
    // Not the annotations: they may be long, and their values are not for the log of events.
    { data: { nodeId: node.id, name: node.name, actor, labels, taints } },
  );
}
