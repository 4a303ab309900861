import { throwNotFound } from '../../../../engine/not-found.js';
import { idempotentTransaction, noResult } from '../../../../engine/operations/client-tokens.js';
import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import type { Platform } from '../../../../engine/platform.js';
import type { Actor } from '../../../../kernel/actor.js';
import { throwProblem } from '../../../../kernel/result.js';
import { ClusterStore } from '../../store/cluster.store.js';
import { checkComponents } from '../../inspection/component-check.js';
import { type ComponentRow, componentsOf } from '../../store/component.store.js';
import type { CheckComponentsInput } from './component.type.js';

/** Time limit for requests to the cluster, in milliseconds. */
const TIMEOUT_MS = 20_000;
const CLUSTER_PATH = ['input', 'clusterId'];

/** Compares the components of a cluster with the live objects on request. */
export class ComponentCheckService {
  constructor(private readonly platform: Pick<Platform, 'database' | 'kubernetes' | 'clock'>) {}

  /**
   * Rejects with `NOT_FOUND`, with `INVALID_STATE` without a Kubernetes API, and with `KUBERNETES_UNAVAILABLE` when
   * it does not respond.
   */
  async check(
    { account }: Actor,
    input: CheckComponentsInput,
    dryRun?: boolean | null,
  ): Promise<ComponentRow[]> {
    const { database, clock } = this.platform;
    const { clusterId, clientToken: token } = input;
    const request = {
      account,
      mutation: 'checkComponents',
      token,
      input,
      at: clock.now(),
      dryRun,
      result: noResult,
    };
    await idempotentTransaction(database.prisma, request, async () => {
      const client = await this.client(account, clusterId);
      // A dry run keeps the results of the last comparison.
      if (!dryRun) await checkComponents({ database: database.prisma, client, at: clock.now() }, clusterId);
      return {};
    });
    return componentsOf(database.prisma, { account, clusterId });
  }

  private async client(account: string, clusterId: string): Promise<KubernetesClient> {
    const { prisma } = this.platform.database;
    const [cluster] = await new ClusterStore(prisma).byIds(account, [clusterId]);
    if (!cluster) return throwNotFound('CLUSTER', clusterId, CLUSTER_PATH);
    const access = (await clusterAccess(prisma, account, [clusterId])).get(clusterId);
    if (!access || cluster.state === 'UPGRADING') {
      throwProblem(
        'INVALID_STATE',
        `The cluster ${clusterId} is ${cluster.state}: it has no Kubernetes API yet, or is being upgraded.`,
        {
          path: CLUSTER_PATH,
        },
      );
    }
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return new KubernetesClient(this.platform.kubernetes.of(access), { clusterId, signal });
  }
}
