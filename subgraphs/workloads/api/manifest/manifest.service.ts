import { z } from 'zod';
import { oneOf, problemSchema } from '../../../../kernel/postgres/checked-columns.js';
import { MANIFEST_RESULTS } from '../../model/manifest-outcome.rules.js';
import { checkClientToken, idempotent } from '../../../../engine/operations/client-tokens.js';
import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import {
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../../engine/kubernetes/kubernetes-error.js';
import { encodeWorkloadId, workloadKindOf } from '../../../../engine/kubernetes/workload-ref.js';
import type { Platform } from '../../../../engine/platform.js';
import { CLOUD_RESOURCE_REQUESTS } from '../../../../engine/providers/cloud-resource-provider.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { AbortedError } from '../../../../kernel/aborted-error.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { FairQueue, QueueFullError } from '../../../../kernel/fairness/fair-queue.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import { containsId, type IdFilter } from '../../../../access/model/cluster-filter.js';
import type { Verb } from '../../../../access/model/verb.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { YamlCaller } from '../../../../kernel/yaml/yaml-parser.js';
import { type AppliedObject, Applier, type InTurn } from '../../inspection/applier.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import { hostPathWarnings } from '../../model/host-path.rules.js';
import { toReadProblem } from '../../inspection/kubernetes-read-error.js';
import type { ManifestEntry } from '../../model/manifest.rules.js';
import {
  type ApplyOutcome,
  manifestEvents,
  type ObjectOutcome,
  problemsOf,
} from '../../model/manifest-outcome.rules.js';
import { toWorkload, type Workload } from '../../model/workload.rules.js';
import { parseManifest } from './parse-manifest.js';

/** Timeout of applying a manifest in milliseconds. */
const APPLY_TIMEOUT_MS = 40_000;
/** Number of manifests of an account that are applied concurrently, and that may wait. */
const APPLY_CONCURRENCY = 4;
const MAX_WAITING = 200;

export interface ApplyRequest {
  readonly clusterId: string;
  readonly yaml: string;
  readonly force?: boolean | null | undefined;
  readonly clientToken?: string | null | undefined;
}

/** A parsed manifest and the client of its cluster. */
export interface ParsedRequest {
  readonly request: ApplyRequest;
  readonly client: KubernetesClient;
  readonly entries: readonly ManifestEntry[];
}

const VERB: Verb = 'manifests.apply';

/** Applies manifests to clusters. */
export class ManifestService {
  private readonly manifests = new FairQueue({ perFlow: APPLY_CONCURRENCY, maxWaiting: MAX_WAITING });
  /** Large objects one at a time: each blocks the event loop for milliseconds. */
  private readonly largeObjects = new FairQueue({ perFlow: 1, maxWaiting: APPLY_CONCURRENCY });

  constructor(
    private readonly platform: Platform,
    private readonly apis: ClusterApis,
  ) {}

  /**
   * Applies the objects one by one; the outcome includes those that Kubernetes rejects. Throws if the manifest is not
   * valid.
   */
  async apply(request: ApplyRequest, dryRun: boolean, context: RequestContext): Promise<ApplyOutcome> {
    // Find the cluster before parsing: a request for a cluster of another account must be cheap.
    const client = await this.clientOf(request.clusterId, context);
    const entries = await parseManifest(request.yaml, callerOf(context));
    return this.applyEntries({ request, client, entries }, dryRun, context);
  }

  /** Returns the client of the account's cluster. Throws NOT_FOUND with the path of the cluster in the input. */
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

  /** Applies a parsed manifest. */
  async applyEntries(parsed: ParsedRequest, dryRun: boolean, context: RequestContext): Promise<ApplyOutcome> {
    const { actor, signal } = context;
    try {
      const work = () => this.applyInTurn(parsed, dryRun, context);
      const outcome = await this.manifests.run(actor.account, work, signal);
      if (outcome) return outcome;
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throwProblem('TOO_MANY_REQUESTS', 'Too many manifests of the account wait to be applied. Try again.', {
        details: { retryAfter: 1 },
      });
    }
    return rollBackDryRun();
  }

  private async applyInTurn(
    { request, client, entries }: ParsedRequest,
    dryRun: boolean,
    context: RequestContext,
  ): Promise<ApplyOutcome> {
    const { account } = context.actor;
    const inTurn: InTurn = async (apply) =>
      (await this.largeObjects.run(account, apply, context.signal)) ?? rollBackDryRun();
    const namespaces = await this.apis.namespaces(request.clusterId, VERB, context);
    const check = (namespace: string | undefined) => checkNamespace(namespaces, namespace);
    const applier = new Applier(client, { dryRun, force: request.force ?? false, inTurn, check });
    const work = () => applyAll(applier, request.clusterId, { entries, dryRun });
    if (dryRun) {
      await checkClientToken(this.platform.database.prisma, this.tokenUse(request, context));
      return work();
    }
    return request.clientToken == null
      ? this.record(request, await work(), context)
      : this.applyOnce(request, work, context);
  }

  private tokenUse(request: ApplyRequest, { actor: { account } }: RequestContext) {
    const at = this.platform.clock.now();
    return { account, mutation: 'applyManifest', token: request.clientToken, input: request, at };
  }

  private async record(
    request: ApplyRequest,
    outcome: ApplyOutcome,
    context: RequestContext,
  ): Promise<ApplyOutcome> {
    const { account } = context.actor;
    const events = manifestEvents(request.clusterId, outcome);
    if (events.length > 0) {
      await eventTransaction(this.platform.database.prisma, this.platform.clock.now(), async (tx) => {
        await enqueueClaims(tx, outcome);
        tx.emit(account, ...events);
      });
    }
    return outcome;
  }

  /**
   * The transaction of the token spans the calls to Kubernetes: after a crash during the calls the token can be used
   * again.
   */
  private async applyOnce(
    request: ApplyRequest,
    work: () => Promise<ApplyOutcome>,
    context: RequestContext,
  ): Promise<ApplyOutcome> {
    const call = this.tokenUse(request, context);
    const { account, at } = call;
    let outcome: ApplyOutcome | undefined;
    try {
      return await eventTransaction(this.platform.database.prisma, at, async (tx) => {
        const { objects, workloadId } = await idempotent<ApplyOutcome>(
          tx,
          { ...call, result: applyResult },
          async () => {
            outcome = await work();
            // A manifest whose objects were all rejected may be sent again with its token.
            if (outcome.objects.every(({ problem }) => problem)) throw new ProblemError(problemsOf(outcome));
            return { objects: outcome.objects, workloadId: outcome.workloadId };
          },
        );
        if (outcome) await enqueueClaims(tx, outcome);
        if (outcome) tx.emit(account, ...manifestEvents(request.clusterId, outcome));
        return outcome ?? { objects, workloadId };
      });
    } catch (error) {
      if (outcome && error instanceof ProblemError) return outcome;
      throw error;
    }
  }
}

/** Schema of a stored `ApplyOutcome`. */
const applyResult = z.looseObject({
  objects: z.array(
    z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      namespace: z.string().nullable(),
      name: z.string(),
      result: oneOf(MANIFEST_RESULTS).nullable(),
      problem: problemSchema.nullable(),
      warnings: z.array(problemSchema).optional(),
    }),
  ),
  workloadId: z.string().nullable(),
});

/** The caller for the queue of the YAML parser. */
export function callerOf({ actor, signal }: RequestContext): YamlCaller {
  return { flow: actor.account, signal };
}

/** Aborts after the timeout or when the request aborts. */
function applySignal({ signal }: RequestContext): AbortSignal {
  const late = AbortSignal.timeout(APPLY_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, late]) : late;
}

/** Refuses as the API server does, outside of the namespaces; what is in none needs the permission in the whole cluster. */
function checkNamespace(namespaces: IdFilter, namespace: string | undefined): void {
  if (namespace === undefined ? 'except' in namespaces : containsId(namespaces, namespace)) return;
  const where = namespace === undefined ? 'the whole cluster' : `the namespace ${namespace}`;
  throw new KubernetesStatusError(403, 'Forbidden', `This needs the permission ${VERB} in ${where}.`);
}

/** Kinds whose objects may request cloud resources. */
const CLAIMING_KINDS: ReadonlySet<string> = new Set(['Service', 'PersistentVolumeClaim', 'StatefulSet']);

/** Reconciles requests for cloud resources immediately instead of at the next poll. */
async function enqueueClaims(tx: Transaction, { objects }: ApplyOutcome): Promise<void> {
  if (objects.some(({ kind, problem }) => !problem && CLAIMING_KINDS.has(kind)))
    await enqueue(tx, CLOUD_RESOURCE_REQUESTS, 'all');
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
      // One object at a time and in order: a namespace must exist before its objects.
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

/**
 * Maps the object to a workload; undefined for other kinds and for an object that a dry run would create, which has
 * no id.
 */
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
