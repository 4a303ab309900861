import {
  done,
  type NewEvent,
  type Outcome,
  type Reconciler,
  type ReconcileScope,
  requeueAfter,
  type Schedule,
} from '../../../engine/contract.js';
import { diskLimit } from '../../../engine/disk-limit.js';
import { appendEvents } from '../../../engine/events.js';
import { balances, release, reserve } from '../../../engine/ledger.js';
import {
  type ClaimInfrastructure,
  CLOUD_CLAIMS,
  type CloudClaim,
} from '../../../engine/providers/claim-infrastructure.js';
import { enqueue } from '../../../engine/queue.js';
import type { Transaction } from '../../../kernel/database.js';
import { type Problem, Refused, settle } from '../../../kernel/result.js';
import { balancerProblem, LISTENERS, placesOf, SERVERS } from './claims.rules.js';
import type { ClaimRow, ClaimStore } from './claims.store.js';

/** Claims are looked at again after this, as long as there are any. */
const LOOK_MS = 5_000;

/**
 * Answers what objects inside clusters ask of the cloud: load balancers of Services, disks of volume claims. What the
 * account's quotas have room for is granted, in the transaction that takes the place; what is gone gives it back. One
 * key stands for all clusters, so a claim is never answered twice at once.
 */
export class ClaimsReconciler implements Reconciler {
  readonly kind = CLOUD_CLAIMS;

  constructor(
    private readonly provider: ClaimInfrastructure,
    private readonly store: ClaimStore,
  ) {}

  async reconcile(_key: string, scope: ReconcileScope): Promise<Outcome> {
    // The rows first: one that is granted after the cloud was asked is not taken for one that is gone.
    const rows = new Map((await this.store.all()).map((row) => [row.id, row]));
    const claims = await this.provider.cloudClaims();
    await scope.faults.reach('cloud-claims.seen');
    const living = new Set(claims.map(({ id }) => id));
    for (const row of rows.values()) if (!living.has(row.id)) await this.giveBack(row, scope);
    for (const [clusterId, mine] of Map.groupBy(claims, (claim) => claim.clusterId)) {
      scope.signal.throwIfAborted();
      await this.answer(clusterId, mine, { scope, rows });
    }
    return claims.length > 0 ? requeueAfter(LOOK_MS) : done;
  }

  private async answer(
    clusterId: string,
    claims: readonly CloudClaim[],
    { scope, rows }: { readonly scope: ReconcileScope; readonly rows: ReadonlyMap<string, ClaimRow> },
  ): Promise<void> {
    const granted: string[] = [];
    const refused: { id: string; message: string }[] = [];
    for (const claim of claims) {
      const problem =
        rows.get(claim.id)?.state === 'GRANTED' ? undefined : await this.decide(claim, rows, scope);
      if (problem) refused.push({ id: claim.id, message: problem.message });
      else granted.push(claim.id);
    }
    await scope.faults.reach('cloud-claims.decided');
    const known = refused.every(({ id, message }) => rows.get(id)?.message === message);
    if (known && claims.every((claim) => claim.granted === granted.includes(claim.id))) return;
    await this.provider.answerClaims(clusterId, { granted, refused });
  }

  /** Takes the claim's places; what there is no room for is written down with the reason. */
  private async decide(
    claim: CloudClaim,
    rows: ReadonlyMap<string, ClaimRow>,
    { database, clock }: ReconcileScope,
  ): Promise<Problem | undefined> {
    const createdAt = clock.now();
    const taken = await settle(() =>
      database.$transaction(async (tx) => {
        await takePlaces(tx, claim);
        await this.store.put(tx, claim, { state: 'GRANTED', message: null, createdAt });
      }),
    );
    if (taken.ok) return undefined;
    const [problem] = taken.problems;
    const message = problem?.message ?? '';
    if (rows.get(claim.id)?.message !== message)
      await database.$transaction(async (tx) => {
        await this.store.put(tx, claim, { state: 'REFUSED', message, createdAt });
        await appendEvents(tx, claim.account, createdAt, [refusal(claim, message)]);
      });
    return problem;
  }

  private giveBack(row: ClaimRow, { database }: ReconcileScope): Promise<void> {
    const { account, state, id, clusterId } = row;
    const kind = row.kind as CloudClaim['kind'];
    return database.$transaction(async (tx) => {
      if (!(await this.store.remove(tx, id)) || state !== 'GRANTED') return;
      for (const place of placesOf({ kind, clusterId })) await release(tx, { ...place, account, amount: 1 });
    });
  }
}

/** Refuses `QUOTA_EXCEEDED`. */
async function takePlaces(tx: Transaction, claim: CloudClaim): Promise<void> {
  const { account, kind } = claim;
  if (kind === 'LOAD_BALANCER') await refuseLarge(tx, claim);
  const more = kind === 'DISK' ? { computedLimit: await diskLimit(tx, account) } : {};
  for (const place of placesOf(claim)) await reserve(tx, { ...place, account, amount: 1, ...more });
}

async function refuseLarge(tx: Transaction, claim: CloudClaim): Promise<void> {
  const [listeners, servers] = await balances(tx, claim.account, [
    { resource: LISTENERS, scope: claim.id },
    { resource: SERVERS, scope: claim.id },
  ]);
  const limits = { listeners: listeners?.limit ?? null, servers: servers?.limit ?? null };
  const problem = balancerProblem(claim, limits);
  if (problem) throw new Refused([problem]);
}

function refusal({ kind, namespace, name, clusterId }: CloudClaim, message: string): NewEvent {
  const what = kind === 'DISK' ? 'disk of the volume claim' : 'load balancer of the Service';
  return {
    category: 'QUOTA',
    type: kind === 'DISK' ? 'DISK_REFUSED' : 'LOAD_BALANCER_REFUSED',
    level: 'WARNING',
    reason: kind === 'DISK' ? 'DiskRefused' : 'LoadBalancerRefused',
    message: `The ${what} ${namespace}/${name} was refused. ${message}`,
    clusterId,
    data: { namespace, name },
  };
}

/** Makes sure that claims are looked at, whoever made them. */
export const claimsSchedule: Schedule = {
  name: 'answer-cloud-claims',
  cron: '* * * * *',
  run: ({ database }) => enqueue(database, CLOUD_CLAIMS, 'all'),
};
