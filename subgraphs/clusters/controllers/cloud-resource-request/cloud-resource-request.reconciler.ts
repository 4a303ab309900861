import {
  done,
  type NewEvent,
  type ReconcileResult,
  type Reconciler,
  type ReconcileContext,
  requeueAfter,
  type Schedule,
} from '../../../../engine/contract.js';
import { diskLimit } from '../../../../engine/ledger/disk-limit.js';
import { reserve } from '../../../../engine/ledger/ledger.js';
import {
  type CloudResourceProvider,
  CLOUD_RESOURCE_REQUESTS,
  type CloudResourceRequest,
} from '../../../../engine/providers/cloud-resource-provider.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { type Problem, toResult } from '../../../../kernel/result.js';
import {
  type LoadBalancerUsage,
  NO_USAGE,
  isSameUsage,
  desiredLoads,
} from '../../model/load-balancer-usage.js';
import {
  type ClaimDecision,
  isDecisionApplied,
  quotasOfClaim,
} from '../../model/cloud-resource-claim.rules.js';
import { hasClusters } from '../../store/cluster.store.js';
import {
  allClaims,
  type ClaimRow,
  loadClaim,
  recordDecision,
  putClaim,
  removeClaim,
} from '../../store/cloud-resource-claim.store.js';

/** Milliseconds between two checks while any cluster exists: objects can be created in it without the platform. */
const POLL_MS = 5_000;

/**
 * Grants or rejects requests for cloud resources from inside clusters: load balancers of Services and disks of volume
 * claims. A claim is granted in the transaction that reserves its quota, and a claim that no longer exists releases
 * it. Every poll decides again: waiting claims are granted when quota becomes free, changed requests release the
 * difference, and claims above the limits of a load balancer are rejected. One key stands for all clusters, so no
 * claim is decided twice concurrently.
 */
export class CloudResourceRequestReconciler implements Reconciler {
  readonly kind = CLOUD_RESOURCE_REQUESTS;
  readonly formerKind = 'cloud-claims';

  constructor(private readonly provider: CloudResourceProvider) {}

  async reconcile(_key: string, scope: ReconcileContext): Promise<ReconcileResult> {
    // Rows are read before the provider's claims: a claim granted in between is not mistaken for a deleted one.
    const rows = new Map((await allClaims(scope.database)).map((row) => [row.id, row]));
    const { requests: claims, unknownClusterIds } = await this.provider.cloudResourceRequests();
    await scope.faults.reach('cloud-resource-requests.listed');
    const byId = new Map(claims.map((claim) => [claim.id, claim]));
    for (const row of rows.values()) {
      const claim = byId.get(row.id);
      if (unknownClusterIds.includes(row.clusterId)) continue;
      if (claim?.kind === row.kind && claim.loadBalancerId === row.loadBalancerId) continue;
      await scope.database.$transaction((tx) => removeClaim(tx, row));
      rows.delete(row.id);
    }
    // Services that share a load balancer keep their usage; later Services get the remaining capacity.
    const inOrder = [...claims].sort((a, b) => rank(rows, a) - rank(rows, b));
    const pass = { scope, rows, loads: desiredLoads(inOrder) };
    const decisions = new Map<string, ClaimDecision>();
    for (const claim of inOrder) {
      scope.signal.throwIfAborted();
      decisions.set(claim.id, await this.decide(claim, pass));
    }
    for (const [clusterId, mine] of Map.groupBy(claims, (claim) => claim.clusterId))
      await this.applyDecisions(clusterId, mine, { scope, decisions });
    const isIdle = claims.length + unknownClusterIds.length === 0 && !(await hasClusters(scope.database));
    return isIdle ? done : requeueAfter(POLL_MS);
  }

  private async applyDecisions(
    clusterId: string,
    claims: readonly CloudResourceRequest[],
    { scope, decisions }: { readonly scope: ReconcileContext; readonly decisions: Decisions },
  ): Promise<void> {
    await scope.faults.reach('cloud-resource-requests.decided');
    const applied = claims.every((claim) => isDecisionApplied(claim, decisions.get(claim.id)!));
    if (applied) return;
    const granted = claims.filter(({ id }) => decisions.get(id)?.state === 'GRANTED').map(({ id }) => id);
    const refused = claims.flatMap(({ id }) => {
      const message = decisions.get(id)?.message ?? null;
      return message === null ? [] : [{ id, message }];
    });
    await this.provider.decideCloudResourceRequests(clusterId, { granted, refused });
  }

  /** Reserves the claim's quota if it has none; a rejection is recorded with its reason. */
  private async decide(
    claim: CloudResourceRequest,
    { scope, rows, loads }: ClaimsPoll,
  ): Promise<ClaimDecision> {
    const before = rows.get(claim.id);
    const reserved = before?.state === 'GRANTED';
    const load = loads.get(claim.id) ?? NO_USAGE;
    const problem = reserved
      ? await this.reload(before, load, scope)
      : await this.reserveQuota(claim, load, scope);
    const state = reserved || !problem ? 'GRANTED' : 'REFUSED';
    const decision: ClaimDecision = { state, message: problem?.message ?? null };
    // A new grant was recorded in the transaction that reserved its quota.
    if (reserved || problem) await this.record(claim, { decision, before, scope });
    return decision;
  }

  private async record(
    claim: CloudResourceRequest,
    {
      decision,
      before,
      scope: { database, clock },
    }: {
      readonly decision: ClaimDecision;
      readonly before: ClaimRow | undefined;
      readonly scope: ReconcileContext;
    },
  ): Promise<void> {
    const { state, message } = decision;
    if (before?.state === state && before.message === message) return;
    // Published once: the usage in the reason changes while the claim waits.
    const events = message !== null && !before?.message ? [rejection(claim, message)] : [];
    const createdAt = clock.now();
    await eventTransaction(database, createdAt, async (tx) => {
      // A recorded claim whose row is missing was deleted with its cluster.
      if (before) await recordDecision(tx, claim.id, decision);
      else await putClaim(tx, claim, { ...decision, createdAt });
      tx.emit(claim.account, ...events);
    });
  }

  /** Reserves the quota of a claim and records the grant, or returns the quota problem. */
  private async reserveQuota(
    claim: CloudResourceRequest,
    load: LoadBalancerUsage,
    { database, clock }: ReconcileContext,
  ): Promise<Problem | undefined> {
    const { account, kind } = claim;
    const reservation = await toResult(() =>
      database.$transaction(async (tx) => {
        const more = kind === 'DISK' ? { computedLimit: await diskLimit(tx, account) } : {};
        for (const quota of quotasOfClaim(claim))
          await reserve(tx, { ...quota, account, amount: 1, ...more });
        const granted = { state: 'GRANTED', message: null, createdAt: clock.now() } as const;
        await putClaim(tx, claim, granted);
        if (kind !== 'DISK') await loadClaim(tx, claim, { reserved: NO_USAGE, desired: load });
      }),
    );
    return reservation.ok ? undefined : reservation.problems[0];
  }

  /** Adjusts the load balancer usage of a claim to its Service; returns the reason if the increase is rejected. */
  private async reload(
    row: ClaimRow,
    desired: LoadBalancerUsage,
    { database }: ReconcileContext,
  ): Promise<Problem | undefined> {
    if (isSameUsage(row, desired)) return undefined;
    const loaded = await toResult(() =>
      database.$transaction((tx) => loadClaim(tx, row, { reserved: row, desired })),
    );
    return loaded.ok ? undefined : loaded.problems[0];
  }
}

/** State of one poll of all claims. */
interface ClaimsPoll {
  readonly scope: ReconcileContext;
  readonly rows: ReadonlyMap<string, ClaimRow>;
  /** Requested load balancer usage by claim id. */
  readonly loads: ReadonlyMap<string, LoadBalancerUsage>;
}

type Decisions = ReadonlyMap<string, ClaimDecision>;

/** Granted claims precede the others, oldest first. */
function rank(rows: ReadonlyMap<string, ClaimRow>, { id }: CloudResourceRequest): number {
  const row = rows.get(id);
  return row?.state === 'GRANTED' ? row.createdAt.getTime() : Number.MAX_SAFE_INTEGER;
}

function rejection({ kind, namespace, name, clusterId }: CloudResourceRequest, message: string): NewEvent {
  const description = kind === 'DISK' ? 'disk of the volume claim' : 'load balancer of the Service';
  return {
    category: 'QUOTA',
    type: kind === 'DISK' ? 'DISK_REJECTED' : 'LOAD_BALANCER_REJECTED',
    level: 'WARNING',
    reason: kind === 'DISK' ? 'DiskRejected' : 'LoadBalancerRejected',
    message: `The ${description} ${namespace}/${name} was rejected. ${message}`,
    clusterId,
    data: { namespace, name },
  };
}

/** Polls the claims of all clusters, including those created without the platform. */
export const cloudResourceRequestSchedule: Schedule = {
  name: 'decide-cloud-resource-requests',
  formerName: 'answer-cloud-claims',
  cron: '* * * * *',
  run: ({ database }) => enqueue(database, CLOUD_RESOURCE_REQUESTS, 'all'),
};
