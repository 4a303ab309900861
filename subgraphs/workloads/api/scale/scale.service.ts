import { throwNotFound } from '../../../../engine/not-found.js';
import { checkClientToken, idempotent, noResult } from '../../../../engine/operations/client-tokens.js';
import type { NewEvent } from '../../../../engine/contract.js';
import {
  type KubernetesClient,
  type KubernetesObject,
  MERGE_PATCH,
} from '../../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../../engine/kubernetes/kubernetes-error.js';
import {
  decodeWorkloadId,
  encodeWorkloadId,
  type WorkloadKindName,
  type WorkloadRef,
  workloadKinds,
} from '../../../../engine/kubernetes/workload-ref.js';
import type { Platform } from '../../../../engine/platform.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { FIELD_MANAGER } from '../../inspection/applier.js';
import type { ClusterApis } from '../../inspection/cluster-apis.js';
import { toReadProblem } from '../../inspection/kubernetes-read-error.js';
import { readOne, workloadPath } from '../../inspection/workload.reader.js';
import type { Workload } from '../../model/workload.rules.js';

/** Maximum number of replicas. */
const MAX_REPLICAS = 100_000;

/** Timeout of scaling in milliseconds. */
const SCALE_TIMEOUT_MS = 20_000;

const SCALABLE: readonly WorkloadKindName[] = ['DEPLOYMENT', 'STATEFUL_SET', 'REPLICA_SET'];
const PATH = ['input', 'workloadId'];

export interface ScaleRequest {
  readonly workloadId: string;
  readonly replicas: number;
  readonly namespace?: string | null | undefined;
  readonly clientToken?: string | null | undefined;
}

interface ScaleObject extends KubernetesObject {
  spec?: { replicas?: number };
}

/** Scales workloads through the scale subresource. */
export class ScaleService {
  constructor(
    private readonly platform: Platform,
    private readonly apis: ClusterApis,
  ) {}

  /**
   * Returns the workload after scaling. Throws for an id that is not a scalable workload of the account, and for
   * changes that Kubernetes rejects.
   */
  async scale(request: ScaleRequest, dryRun: boolean, context: RequestContext): Promise<Workload> {
    const ref = checked(request);
    // Not the request's signal: a disconnecting client must not separate the change from its event.
    const client = await this.apis.of(ref.clusterId, context, AbortSignal.timeout(SCALE_TIMEOUT_MS));
    if (!client) return throwNotFound('WORKLOAD', request.workloadId, PATH);
    try {
      if (!dryRun) await this.change(client, request, { ref, context });
      else await this.dryRun(client, request, { ref, context });
      const workload = (await readOne(client, ref)) ?? throwNotFound('WORKLOAD', request.workloadId, PATH);
      return { ...workload, replicas: request.replicas };
    } catch (error) {
      if (isNotFound(error)) return throwNotFound('WORKLOAD', request.workloadId, PATH);
      throw new ProblemError([{ ...toReadProblem(error), path: PATH }]);
    }
  }

  private async dryRun(
    client: KubernetesClient,
    request: ScaleRequest,
    { ref, context }: { ref: WorkloadRef; context: RequestContext },
  ) {
    const { account } = context.actor;
    const call = { account, mutation: 'scaleWorkload', token: request.clientToken, input: request };
    await checkClientToken(this.platform.database.prisma, { ...call, at: this.platform.clock.now() });
    await patchScale(client, ref, { replicas: request.replicas, dryRun: 'All' });
  }

  private async change(
    client: KubernetesClient,
    request: ScaleRequest,
    { ref, context }: { ref: WorkloadRef; context: RequestContext },
  ) {
    const { account } = context.actor;
    const at = this.platform.clock.now();
    const token = request.clientToken;
    // Without a token no row is locked during the calls to Kubernetes.
    const before = token == null ? await changeSize(client, ref, request.replicas) : undefined;
    await eventTransaction(this.platform.database.prisma, at, async (tx) => {
      let fromSize = before;
      const use = { account, mutation: 'scaleWorkload', token, input: request, at, result: noResult };
      await idempotent(tx, use, async () => {
        fromSize ??= await changeSize(client, ref, request.replicas);
        return {};
      });
      if (fromSize === undefined || fromSize === request.replicas) return;
      tx.emit(account, eventOf(ref, fromSize, request.replicas));
    });
  }
}

function checked({ workloadId, replicas, namespace }: ScaleRequest): WorkloadRef {
  const ref = decodeWorkloadId(workloadId) ?? throwNotFound('WORKLOAD', workloadId, PATH);
  if (namespace != null && namespace !== ref.namespace) {
    const message = `The workload is in ${ref.namespace} and cannot be moved to ${namespace}; apply it there and delete it here.`;
    throwProblem('IMMUTABLE_FIELD', message, { path: ['input', 'namespace'] });
  }
  if (!SCALABLE.includes(ref.kind)) {
    throwProblem(
      'INVALID_INPUT',
      `The ${workloadKinds[ref.kind].kind} ${ref.namespace}/${ref.name} has no replicas to set.`,
      { path: PATH },
    );
  }
  if (replicas < 0 || replicas > MAX_REPLICAS) {
    throwProblem('INVALID_INPUT', `replicas must be from 0 to ${MAX_REPLICAS}, not ${replicas}.`, {
      path: ['input', 'replicas'],
    });
  }
  return ref;
}

/** Sets the size and returns the previous one. */
async function changeSize(client: KubernetesClient, ref: WorkloadRef, replicas: number): Promise<number> {
  const before = await client.get<ScaleObject>(`${workloadPath(ref)}/scale`);
  const fromSize = before.spec?.replicas ?? 0;
  if (fromSize !== replicas) await patchScale(client, ref, { replicas });
  return fromSize;
}

async function patchScale(
  client: KubernetesClient,
  ref: WorkloadRef,
  { replicas, dryRun }: { replicas: number; dryRun?: string },
) {
  const query = { fieldManager: FIELD_MANAGER, dryRun };
  await client.patch(`${workloadPath(ref)}/scale`, { spec: { replicas } }, MERGE_PATCH, query);
}

function eventOf(ref: WorkloadRef, fromSize: number, toSize: number): NewEvent {
  const name = `${workloadKinds[ref.kind].kind} ${ref.namespace}/${ref.name}`;
  return {
    category: 'SCALING',
    type: 'WORKLOAD_SCALED',
    reason: 'WorkloadScaled',
    message: `${name} was scaled from ${fromSize} to ${toSize}.`,
    clusterId: ref.clusterId,
    data: { targetKind: 'Workload', targetId: encodeWorkloadId(ref), fromSize, toSize, trigger: 'MANUAL' },
  };
}
