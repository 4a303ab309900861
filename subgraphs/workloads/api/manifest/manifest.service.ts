import { checkClientToken, idempotent } from '../../../../engine/operations/client-tokens.js';
import type { NewEvent } from '../../../../engine/contract.js';
import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { KubernetesUnavailable } from '../../../../engine/kubernetes/kubernetes-error.js';
import { encodeWorkloadId, workloadKindOf } from '../../../../engine/kubernetes/workload-ref.js';
import type { Platform } from '../../../../engine/platform.js';
import { CLOUD_RESOURCE_REQUESTS } from '../../../../engine/providers/cloud-resource-provider.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { AbortedError } from '../../../../kernel/aborted-error.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { FairQueue, QueueFullError } from '../../../../kernel/fairness/fair-queue.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { YamlCaller } from '../../../../kernel/yaml/yaml-parser.js';
import { type AppliedObject, Applier, type InTurn } from '../../inspection/applier.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import { hostPathWarnings } from '../../model/host-path.rules.js';
import { toReadProblem } from '../../inspection/kubernetes-read-error.js';
import { type ManifestEntry, parseManifest } from '../../model/manifest.rules.js';
import { toWorkload } from '../../model/workload.rules.js';
import type { Workload } from '../workload/workload.type.js';

/** How long applying a whole manifest may take, in milliseconds. */
const APPLY_TIMEOUT_MS = 40_000;
/** Manifests of one account that are applied at once, and that wait. */
const APPLY_AT_ONCE = 4;
const APPLY_WAITING = 200;

export interface ApplyRequest {
  readonly clusterId: string;
  readonly yaml: string;
  readonly force?: boolean | null | undefined;
  readonly clientToken?: string | null | undefined;
}

/** An object of a manifest and what became of it; plain JSON, kept under the client token. */
export interface ObjectOutcome {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly result: AppliedObject['result'] | null;
  readonly problem: Problem | null;
  /** What it does that may harm; left out in what was kept under tokens of before. */
  readonly warnings?: readonly Problem[];
}

export interface ApplyOutcome {
  readonly objects: readonly ObjectOutcome[];
  /** Id of the manifest's first workload that Kubernetes has taken. */
  readonly workloadId: string | null;
  /** The same workload as Kubernetes answered it; only the first time. */
  readonly workload?: Workload | undefined;
}

/** A manifest that was parsed, for a cluster that was found. */
export interface ParsedRequest {
  readonly request: ApplyRequest;
  readonly client: KubernetesClient;
  readonly entries: readonly ManifestEntry[];
}

/** Applies manifests to clusters. */
export class ManifestService {
  private readonly places = new FairQueue({ perFlow: APPLY_AT_ONCE, maxWaiting: APPLY_WAITING });
  /** Of those, one object at a time that is large: each is milliseconds of work in every turn of the event loop. */
  private readonly large = new FairQueue({ perFlow: 1, maxWaiting: APPLY_AT_ONCE });

  constructor(
    private readonly platform: Platform,
    private readonly apis: ClusterApis,
  ) {}

  /** Applies the objects one by one; what Kubernetes refuses is in the outcome. Refuses what cannot be begun. */
  async apply(request: ApplyRequest, dryRun: boolean, context: RequestContext): Promise<ApplyOutcome> {
    // Before anything is parsed: a manifest for a cluster of somebody else is no work.
    const client = await this.clientOf(request.clusterId, context);
    const entries = await parseManifest(request.yaml, callerOf(context));
    return this.applyEntries({ request, client, entries }, dryRun, context);
  }

  /** The API of a cluster of the account. Refuses NOT_FOUND, with the path at which the input names the cluster. */
  async clientOf(
    clusterId: string,
    context: RequestContext,
    path: readonly string[] = ['input', 'clusterId'],
  ): Promise<KubernetesClient> {
    const client = await this.apis.of(clusterId, context, applySignal(context));
    return (
      client ??
      throwProblem(
        'NOT_FOUND',
        `The account has no cluster ${clusterId.slice(0, 60)} with a Kubernetes API. Wait until Cluster.state is RUNNING.`,
        { path },
      )
    );
  }

  /** The same for a manifest that was parsed. */
  async applyEntries(parsed: ParsedRequest, dryRun: boolean, context: RequestContext): Promise<ApplyOutcome> {
    const { actor, signal } = context;
    try {
      const work = () => this.applyInPlace(parsed, dryRun, context);
      const outcome = await this.places.run(actor.account, work, signal);
      if (outcome) return outcome;
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throwProblem('TOO_MANY_REQUESTS', 'Too many manifests of the account wait to be applied. Try again.', {
        details: { retryAfter: 1 },
      });
    }
    return rollBackDryRun();
  }

  private async applyInPlace(
    { request, client, entries }: ParsedRequest,
    dryRun: boolean,
    context: RequestContext,
  ): Promise<ApplyOutcome> {
    const { account } = context.actor;
    const inTurn: InTurn = async (apply) =>
      (await this.large.run(account, apply, context.signal)) ?? rollBackDryRun();
    const applier = new Applier(client, { dryRun, force: request.force ?? false, inTurn });
    const work = () => applyAll(applier, request.clusterId, { entries, dryRun });
    if (dryRun) {
      await checkClientToken(this.platform.database.prisma, this.tokenUse(request, context));
      return work();
    }
    return request.clientToken == null
      ? this.recorded(request, await work(), context)
      : this.once(request, work, context);
  }

  private tokenUse(request: ApplyRequest, { actor: { account } }: RequestContext) {
    const at = this.platform.clock.now();
    return { account, mutation: 'applyManifest', token: request.clientToken, input: request, at };
  }

  private async recorded(
    request: ApplyRequest,
    outcome: ApplyOutcome,
    context: RequestContext,
  ): Promise<ApplyOutcome> {
    const { account } = context.actor;
    const events = eventsOf(request.clusterId, outcome);
    if (events.length > 0) {
      await eventTransaction(this.platform.database.prisma, this.platform.clock.now(), async (tx) => {
        await wakeClaims(tx, outcome);
        tx.emit(account, ...events);
      });
    }
    return outcome;
  }

  /** The token's transaction spans the calls to Kubernetes: a crash in between leaves a token that may be used again. */
  private async once(
    request: ApplyRequest,
    work: () => Promise<ApplyOutcome>,
    context: RequestContext,
  ): Promise<ApplyOutcome> {
    const call = this.tokenUse(request, context);
    const { account, at } = call;
    let fresh: ApplyOutcome | undefined;
    try {
      return await eventTransaction(this.platform.database.prisma, at, async (tx) => {
        const { objects, workloadId } = await idempotent<ApplyOutcome>(tx, call, async () => {
          fresh = await work();
          // A manifest of which nothing was taken may be sent again under its token.
          if (fresh.objects.every(({ problem }) => problem)) throw new ProblemError(problemsOf(fresh));
          return { objects: fresh.objects, workloadId: fresh.workloadId };
        });
        if (fresh) await wakeClaims(tx, fresh);
        if (fresh) tx.emit(account, ...eventsOf(request.clusterId, fresh));
        return fresh ?? { objects, workloadId };
      });
    } catch (error) {
      if (fresh && error instanceof ProblemError) return fresh;
      throw error;
    }
  }
}

/** Whose manifest is parsed. */
export function callerOf({ actor, signal }: RequestContext): YamlCaller {
  return { flow: actor.account, signal };
}

/** Applying ends when it takes too long, and when nobody waits for it any more. */
function applySignal({ signal }: RequestContext): AbortSignal {
  const late = AbortSignal.timeout(APPLY_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, late]) : late;
}

/** Kinds whose objects may ask the cloud for something. */
const CLAIMING: ReadonlySet<string> = new Set(['Service', 'PersistentVolumeClaim', 'StatefulSet']);

/** What the objects ask of the cloud is answered at once, not only when it is looked for. */
async function wakeClaims(tx: Transaction, { objects }: ApplyOutcome): Promise<void> {
  if (objects.some(({ kind, problem }) => !problem && CLAIMING.has(kind)))
    await enqueue(tx, CLOUD_RESOURCE_REQUESTS, 'all');
}

/** Everything of an outcome that was refused. */
export function problemsOf({ objects }: ApplyOutcome): Problem[] {
  return objects.map(({ problem }) => problem).filter((problem) => problem !== null);
}

function rollBackDryRun(): never {
  throw new AbortedError();
}

interface Manifest {
  readonly entries: readonly ManifestEntry[];
  readonly dryRun: boolean;
}

async function applyAll(
  applier: Applier,
  clusterId: string,
  { entries, dryRun }: Manifest,
): Promise<ApplyOutcome> {
  const objects: ObjectOutcome[] = [];
  let workload: Workload | undefined;
  let unavailable: KubernetesUnavailable | undefined;
  for (const entry of entries) {
    try {
      // One object at a time and in order: a namespace stands before what goes into it.
      if (unavailable) throw unavailable;
      const applied = await applier.apply(entry);
      const { result, object } = applied;
      objects.push({ ...nameOf(entry, object.metadata?.namespace), result, problem: null });
      workload ??= workloadOf(clusterId, applied, dryRun);
    } catch (error) {
      if (error instanceof KubernetesUnavailable) unavailable = error;
      const problem = { ...toReadProblem(error), path: ['input', 'yaml', String(entry.document)] };
      objects.push({ ...nameOf(entry, entry.object.metadata.namespace), result: null, problem });
    }
  }
  return { objects, workload, workloadId: workload ? encodeWorkloadId(workload.ref) : null };
}

/** The object as a workload, when it is one and exists: what a dry run would create has no id that names anything. */
function workloadOf(
  clusterId: string,
  { result, object }: AppliedObject,
  dryRun: boolean,
): Workload | undefined {
  const kind = workloadKindOf(object.kind ?? '');
  return kind && !(dryRun && result === 'CREATED') ? toWorkload(clusterId, kind, object) : undefined;
}

function nameOf({ object, document }: ManifestEntry, namespace: string | undefined) {
  const { apiVersion, kind, metadata } = object;
  const warnings = hostPathWarnings(object, ['input', 'yaml', String(document)]);
  return { apiVersion, kind, namespace: namespace ?? null, name: metadata.name, warnings };
}

/** Objects that an event names; a longer manifest is counted. */
const NAMED = 20;

function eventsOf(clusterId: string, { objects, workloadId }: ApplyOutcome): NewEvent[] {
  const count = (result: string | null) => objects.filter((object) => object.result === result).length;
  const [created, configured, unchanged, failed] = ['CREATED', 'CONFIGURED', 'UNCHANGED', null].map(count);
  if (failed === objects.length) return [];
  const names = objects
    .slice(0, NAMED)
    .map(({ kind, namespace, name }) => `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`);
  return [
    {
      category: 'WORKLOAD',
      type: 'MANIFEST_APPLIED',
      level: failed === 0 ? 'INFO' : 'WARNING',
      reason: 'ManifestApplied',
      message: `Applied a manifest: ${created} created, ${configured} configured, ${unchanged} unchanged, ${failed} refused.`,
      clusterId,
      data: { created, configured, unchanged, failed, objects: names, workloadId },
    },
  ];
}
