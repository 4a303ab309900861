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
import { type ClaimDecision, isDecisionApplied, quotasOfClaim } from '../../model/claims.rules.js';
import {
  allClaims,
  type ClaimRow,
  loadClaim,
  recordDecision,
  putClaim,
  removeClaim,
} from '../../store/claims.store.js';

/** Milliseconds after which claims are checked again while there are any. */
const POLL_MS = 5_000;

/**
 * Answers what objects inside clusters ask of the cloud: load balancers of Services, disks of volume claims. What the
 * account's quotas have room for is granted, in the transaction that takes the place; what is gone gives it back. Each
 * look decides anew: what waits gets a place that has become free, what asks for something else gives its place back,
 * and claims that have grown beyond the limits of a load balancer are rejected. One key stands for all clusters, so a claim is
 * never answered twice at once.
 */
export class ClaimsReconciler implements Reconciler {
  readonly kind = CLOUD_RESOURCE_REQUESTS;

  constructor(private readonly provider: CloudResourceProvider) {}

  async reconcile(_key: string, scope: ReconcileContext): Promise<ReconcileResult> {
    // The rows first: one that is granted after the cloud was asked is not taken for one that is gone.
    const rows = new Map((await allClaims(scope.database)).map((row) => [row.id, row]));
    const claims = await this.provider.cloudResourceRequests();
    await scope.faults.reach('cloud-claims.seen');
    const byId = new Map(claims.map((claim) => [claim.id, claim]));
    for (const row of rows.values()) {
      const claim = byId.get(row.id);
      if (claim?.kind === row.kind && claim.loadBalancerId === row.loadBalancerId) continue;
      await scope.database.$transaction((tx) => removeClaim(tx, row));
      rows.delete(row.id);
    }
    // Services that share a load balancer keep what they have; who comes later gets what is left.
    const inOrder = [...claims].sort((a, b) => rank(rows, a) - rank(rows, b));
    const look = { scope, rows, loads: desiredLoads(inOrder) };
    const decisions = new Map<string, ClaimDecision>();
    for (const claim of inOrder) {
      scope.signal.throwIfAborted();
      decisions.set(claim.id, await this.decide(claim, look));
    }
    for (const [clusterId, mine] of Map.groupBy(claims, (claim) => claim.clusterId))
      await this.answerClaims(clusterId, mine, { scope, decisions });
    return claims.length > 0 ? requeueAfter(POLL_MS) : done;
  }

  private async answerClaims(
    clusterId: string,
    claims: readonly CloudResourceRequest[],
    { scope, decisions }: { readonly scope: ReconcileContext; readonly decisions: Decisions },
  ): Promise<void> {
    await scope.faults.reach('cloud-claims.decided');
    const applied = claims.every((claim) => isDecisionApplied(claim, decisions.get(claim.id)!));
    if (applied) return;
    const granted = claims.filter(({ id }) => decisions.get(id)?.state === 'GRANTED').map(({ id }) => id);
    const refused = claims.flatMap(({ id }) => {
      const message = decisions.get(id)?.message ?? null;
      return message === null ? [] : [{ id, message }];
    });
    await this.provider.decideCloudResourceRequests(clusterId, { granted, refused });
  }

  /** Takes the claim's places if it holds none; what it does not get is written down with the reason. */
  private async decide(
    claim: CloudResourceRequest,
    { scope, rows, loads }: ClaimsPoll,
  ): Promise<ClaimDecision> {
    const before = rows.get(claim.id);
    const reserved = before?.state === 'GRANTED';
    const load = loads.get(claim.id) ?? NO_USAGE;
    const problem = reserved
      ? await this.reload(before, load, scope)
      : await this.takePlaces(claim, load, scope);
    const state = reserved || !problem ? 'GRANTED' : 'REFUSED';
    const decision: ClaimDecision = { state, message: problem?.message ?? null };
    // A claim that has got its places just now is written down with them.
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
    const events = message !== null && !before?.message ? [refusal(claim, message)] : [];
    const createdAt = clock.now();
    await eventTransaction(database, createdAt, async (tx) => {
      // One that had been written down and is gone by now went with its cluster.
      if (before) await recordDecision(tx, claim.id, decision);
      else await putClaim(tx, claim, { ...decision, createdAt });
      tx.emit(claim.account, ...events);
    });
  }

  /** Takes the places of a claim and writes down that it has them, or answers why there is no room. */
  private async takePlaces(
    claim: CloudResourceRequest,
    load: LoadBalancerUsage,
    { database, clock }: ReconcileContext,
  ): Promise<Problem | undefined> {
    const { account, kind } = claim;
    const reservation = await toResult(() =>
      database.$transaction(async (tx) => {
        const more = kind === 'DISK' ? { computedLimit: await diskLimit(tx, account) } : {};
        for (const place of quotasOfClaim(claim))
          await reserve(tx, { ...place, account, amount: 1, ...more });
        const granted = { state: 'GRANTED', message: null, createdAt: clock.now() } as const;
        await putClaim(tx, claim, granted);
        if (kind !== 'DISK') await loadClaim(tx, claim, { reserved: NO_USAGE, desired: load });
      }),
    );
    return reservation.ok ? undefined : reservation.problems[0];
  }

  /** Lets what a claim has of its load balancer follow what its Service asks; answers why it gets no more. */
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

/** What one look at all claims knows. */
interface ClaimsPoll {
  readonly scope: ReconcileContext;
  readonly rows: ReadonlyMap<string, ClaimRow>;
  /** What each asks of its load balancer. */
  readonly loads: ReadonlyMap<string, LoadBalancerUsage>;
}

type Decisions = ReadonlyMap<string, ClaimDecision>;

/** Those that have places come first, the oldest before all. */
function rank(rows: ReadonlyMap<string, ClaimRow>, { id }: CloudResourceRequest): number {
  const row = rows.get(id);
  return row?.state === 'GRANTED' ? row.createdAt.getTime() : Number.MAX_SAFE_INTEGER;
}

function refusal({ kind, namespace, name, clusterId }: CloudResourceRequest, message: string): NewEvent {
  const description = kind === 'DISK' ? 'disk of the volume claim' : 'load balancer of the Service';
  return {
    category: 'QUOTA',
    type: kind === 'DISK' ? 'DISK_REFUSED' : 'LOAD_BALANCER_REFUSED',
    level: 'WARNING',
    reason: kind === 'DISK' ? 'DiskRefused' : 'LoadBalancerRefused',
    message: `The ${description} ${namespace}/${name} was refused. ${message}`,
    clusterId,
    data: { namespace, name },
  };
}

/** Polls the claims of all clusters, including those created without the platform. */
export const claimsSchedule: Schedule = {
  name: 'answer-cloud-claims',
  cron: '* * * * *',
  run: ({ database }) => enqueue(database, CLOUD_RESOURCE_REQUESTS, 'all'),
};
