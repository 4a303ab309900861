import { validateClientToken } from '../../../../engine/operations/client-tokens.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { newId } from '../../../../kernel/ids.js';
import { CollectedProblems, type Problem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { change, type ChangeResult, type ChangeOutcome } from '../../changes/change.js';
import type { CreateClusterInput } from './cluster.input.js';
import { type ClusterPlan, planCluster } from '../../model/cluster.rules.js';
import { insertCluster, isNameTaken, lockClusterName } from '../../store/cluster.store.js';
import { reserveMasters } from '../../changes/reserving-masters.js';
import { requireVerified } from '../account/account-verification.service.js';
import { unlinkedConditions } from '../../model/registered.rules.js';
import { createClusterNetwork } from '../../changes/create-cluster-network.js';
import { networkReferenceProblems } from '../../changes/network-references.js';
import { defaultPoolIndex } from '../../model/node-pool.rules.js';
import { insertNodePools } from '../../store/node-pool.store.js';
import { placedPools } from '../../changes/pool-network.js';
import { hasOwnControlPlane } from '../../model/product.rules.js';
import { reserveCluster, reservePools } from '../../changes/quota.reservations.js';

const STAGES = ['CONTROL_PLANE', 'KUBERNETES_API', 'NODE_POOLS', 'READY'];

/** Creates the rows of a cluster and its operation. Rejects the request with every problem that validation finds. */
export class CreateClusterService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  async create(actor: Actor, input: CreateClusterInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    await requireVerified(this.platform.database.prisma, actor);
    const { plan, problems } = planCluster(input, await this.catalog.read());
    if (!plan) throw new ProblemError([...problems, ...(await this.storedProblems(actor, input))]);
    return change(this.platform, { actor, mutation: 'createCluster', input, dryRun }, (tx, at) =>
      recordCluster(tx, { account: actor.account, plan, at }),
    );
  }

  /** Problems besides those of the catalog, as far as they can be found in an invalid request. */
  private async storedProblems({ account }: Actor, input: CreateClusterInput): Promise<Problem[]> {
    const { prisma } = this.platform.database;
    const { name, regionId, network, clientToken } = input;
    return [
      ...validateClientToken(clientToken),
      ...((await isNameTaken(prisma, account, name)) ? [duplicate(name)] : []),
      ...(await networkReferenceProblems(prisma, { account, regionId, network })),
    ];
  }
}

interface ClusterCreation {
  readonly account: string;
  readonly plan: ClusterPlan;
  readonly at: Date;
}

async function recordCluster(
  tx: EventTransaction,
  { account, plan, at }: ClusterCreation,
): Promise<ChangeResult> {
  const { nodePools, masters, network: _network, namedZones: _zones, ...cluster } = plan;
  const id = newId('cluster');
  const pools = nodePools.map((pool) => ({ ...pool, id: newId('nodePool') }));
  const ours = hasOwnControlPlane(plan.product);
  const counted = pools.map((pool, index) => ({
    ...pool,
    path: ['input', 'nodePools', String(index), 'desiredSize'],
  }));
  const path = ['input', 'nodePools'];
  const { product, name } = plan;
  // These steps do not depend on each other, so the caller gets the problems of all of them at once.
  const problems = new CollectedProblems();
  await problems.collect(() => reserveClusterName(tx, account, name));
  await problems.collect(() => reservePools(tx, { account, clusterId: id, product, pools: counted, path }));
  const zoneIds = await problems.collect(() => connect(tx, { account, clusterId: id, plan, at }));
  if (!zoneIds || problems.hasProblems) {
    await problems.collect(() => reserveCluster(tx, { account, product, loadBalancers: ours ? 1 : 0 }));
    return problems.throwAll();
  }
  const operation = ours ? await createOperation(tx, creation(account, id, plan), at) : null;
  const common = { account, operationId: operation?.id ?? null, createdAt: at };
  await insertCluster(tx, {
    ...cluster,
    ...common,
    id,
    ...initialState({ ours, at }),
    zoneIds: [...zoneIds],
    labels: { ...plan.labels },
  });
  const placed = await placedPools(tx, pools, { account, clusterId: id });
  await insertNodePools(
    tx,
    placed.map(({ autoscaling, instanceTypes, config, ...pool }, index) => ({
      ...pool,
      ...common,
      isDefault: index === defaultPoolIndex(placed),
      config,
      clusterId: id,
      state: 'INITIAL',
      instanceTypes: [...instanceTypes],
      ...(autoscaling && { autoscaling: { ...autoscaling } }),
      finalizers: ['nodes', 'ledger'],
    })),
  );
  if (ours) await enqueue(tx, 'cluster', id);
  await reserveMasters(tx, { account, clusterId: id, plan, masters, at });
  await reserveCluster(tx, { account, product, loadBalancers: ours ? 1 : 0 });
  tx.emit(account, {
    category: 'PROVISIONING',
    type: 'CLUSTER_REQUESTED',
    reason: 'ClusterRequested',
    message: `Cluster ${plan.name} (${plan.product}, Kubernetes ${plan.version}) was requested in ${plan.regionId}.`,
    clusterId: id,
    ...(operation && { operationId: operation.id }),
  });
  return { clusterId: id, ...(operation && { operationId: operation.id }) };
}

/** The initial state of a cluster, and the finalizers that its deletion must run. */
function initialState({ ours, at }: { readonly ours: boolean; readonly at: Date }) {
  if (ours) return { state: 'INITIAL', finalizers: ['node-pools', 'cloud', 'ledger'] };
  const conditions = unlinkedConditions(at).map((condition) => ({ ...condition }));
  return { state: 'WAITING', finalizers: ['ledger'], conditions };
}

/** Creates the network of a cluster that the platform creates; see `createClusterNetwork`. */
function connect(
  tx: Transaction,
  { account, clusterId, plan, at }: ClusterCreation & { readonly clusterId: string },
): Promise<readonly string[]> {
  const { name, product, regionId, networkPlugin: plugin, namedZones, zoneIds, masters, network } = plan;
  if (!hasOwnControlPlane(product)) return Promise.resolve(zoneIds);
  const nodes = masters.length + plan.nodePools.reduce((sum, pool) => sum + pool.desiredSize, 0);
  return createClusterNetwork(tx, {
    ...{ account, clusterId, name, product, regionId, plugin, nodes, at },
    zoneIds: namedZones,
    allZoneIds: zoneIds,
    masterTypes: masters.flat(),
    masters: masters.length,
    request: network,
  });
}

function creation(account: string, clusterId: string, plan: ClusterPlan) {
  const requested = plan.nodePools.reduce((sum, pool) => sum + pool.desiredSize, 0);
  const target = { targetKind: 'Cluster', targetId: clusterId, clusterId } as const;
  return { account, type: 'CREATE_CLUSTER', ...target, stages: STAGES, requested, cancelable: true } as const;
}

/** Ensures until the end of the transaction that no undeleted cluster of the account has the name. */
export async function reserveClusterName(
  tx: Transaction,
  account: string,
  name: string,
  except?: string,
): Promise<void> {
  await lockClusterName(tx, account, name);
  if (await isNameTaken(tx, account, name, except)) throw new ProblemError([duplicate(name)]);
}

function duplicate(name: string): Problem {
  return {
    code: 'DUPLICATE_NAME',
    message: `The account has a cluster named ${name} already. Choose another name.`,
    path: ['input', 'name'],
  };
}
