import { stringify } from 'yaml';
import { can } from '../../../../access/decision.js';
import { kubernetesUser } from '../../../../access/kubernetes-user.js';
import type { NewEvent } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import type { Credentials } from '../../../../engine/providers/infrastructure-provider.js';
import type { AuditEntry } from '../../../../access/audit/audit-entry.js';
import { newId } from '../../../../kernel/ids.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterRow } from '../../store/cluster.store.js';

const DEFAULT_TTL_MINUTES = 60;
const MIN_TTL_MINUTES = 15;
const MAX_TTL_MINUTES = 4320;
/** Of a service account: the cloud cannot know that its key is revoked, so that its kubeconfigs end soon by themselves. */
const MAX_SERVICE_ACCOUNT_TTL_MINUTES = 60;
/** States in which a cluster has no API server of this platform. */
const WITHOUT_API = ['INITIAL', 'WAITING', 'FAILED', 'DELETING', 'DELETED'];

interface Issued {
  readonly cluster: ClusterRow;
  readonly credentials: Credentials;
}

/** Issues credentials for the Kubernetes APIs of clusters. */
export class KubeconfigService {
  constructor(private readonly platform: Pick<Platform, 'database' | 'provider' | 'clock' | 'log'>) {}

  /**
   * A kubeconfig with the actor's name and at most the actor's permissions, which expires with the actor's token at
   * the latest; null while the cluster has no API server. Of a service account for an hour at most. Rejects a ttl outside
   * 15 to 4320 minutes, requests of streams (`FORBIDDEN`), clusters that would not accept it (`INVALID_STATE`), and with
   * `SERVICE_UNAVAILABLE` when the cloud provider does not respond.
   */
  async kubeconfig(context: RequestContext, cluster: ClusterRow, ttlMinutes?: number | null) {
    const { actor } = context;
    checkAuthentication(cluster);
    const expiresAt = this.end(actor, ttlMinutes ?? DEFAULT_TTL_MINUTES);
    const credentials = await this.credentials(actor, cluster, expiresAt);
    if (!credentials) return null;
    // The event and the entry of the audit log must be written before the credentials are returned.
    await this.log(context, { cluster, credentials });
    const yaml = kubeconfigYaml(cluster, kubernetesUser(actor).name, credentials);
    return { yaml, expiresAt: credentials.expiresAt };
  }

  private end({ expiresAt, serviceAccountId }: Actor, ttl: number): Date {
    if (ttl < MIN_TTL_MINUTES || ttl > MAX_TTL_MINUTES) {
      const message = `ttlMinutes is from ${MIN_TTL_MINUTES} to ${MAX_TTL_MINUTES}, not ${ttl}.`;
      throwProblem('INVALID_INPUT', message, { path: ['ttlMinutes'] });
    }
    // A stream is shared by all clients of the account and has no end, so its actor has no expiry.
    if (!expiresAt)
      return throwProblem('FORBIDDEN', 'A stream carries no credentials. Ask for them in a query.');
    const minutes = serviceAccountId === undefined ? ttl : Math.min(ttl, MAX_SERVICE_ACCOUNT_TTL_MINUTES);
    return new Date(Math.min(this.platform.clock.now().getTime() + minutes * 60_000, expiresAt.getTime()));
  }

  private async credentials(actor: Actor, cluster: ClusterRow, expiresAt: Date) {
    const { account, subject, issuedAt, keyId, serviceAccountId } = actor;
    const origin = serviceAccountId === undefined ? { account, subject, issuedAt, keyId } : undefined;
    try {
      if (!(await this.hasApi(cluster))) return undefined;
      return await this.platform.provider.credentials(cluster.id, {
        ...kubernetesUser(actor),
        expiresAt,
        origin,
      });
    } catch (err) {
      this.platform.log.error({ err, clusterId: cluster.id }, 'the cloud gave no credentials');
      return throwProblem('SERVICE_UNAVAILABLE', 'The cloud is unavailable. Try again.');
    }
  }

  /** Logs all kubeconfigs of a request in one transaction. */
  private log(context: RequestContext, issued: Issued): Promise<void> {
    const { actor, loaders } = context;
    const { database, clock } = this.platform;
    const loader = loaders.of<Issued, undefined>(
      this,
      async (batch) => {
        const at = clock.now();
        return eventTransaction(database.prisma, at, (tx) => {
          tx.emit(actor.account, ...batch.map((issued) => issuedEvent(actor, issued)));
          for (const issued of batch) tx.audit(issuedEntry(context, issued, at));
          return Promise.resolve(batch.map(() => undefined));
        });
      },
      { cache: false },
    );
    return loader.load(issued);
  }

  private async hasApi(cluster: ClusterRow): Promise<boolean> {
    if (cluster.state !== 'INITIAL') return !WITHOUT_API.includes(cluster.state);
    // The control plane starts before the nodes, so its API can be available in state INITIAL.
    const controlPlane = await this.platform.provider.controlPlane(cluster.id);
    return controlPlane?.state === 'RUNNING';
  }
}

function checkAuthentication({ id, authenticationMode }: ClusterRow): void {
  if (authenticationMode === 'PLATFORM') return;
  const message = `The cluster ${id} authenticates users of Kubernetes only. Set authenticationMode to PLATFORM with updateCluster first.`;
  throwProblem('INVALID_STATE', message);
}

function issuedEvent(actor: Actor, { cluster, credentials }: Issued): NewEvent {
  const { subject } = actor;
  const writes = can(actor, 'issueWritingKubeconfig');
  const expiresAt = credentials.expiresAt.toISOString();
  return {
    category: 'ACCESS',
    type: 'KUBECONFIG_ISSUED',
    reason: 'KubeconfigIssued',
    message: `${subject} got a kubeconfig of cluster ${cluster.name} that ${writes ? 'may write' : 'only reads'}, until ${expiresAt}.`,
    clusterId: cluster.id,
    data: { subject, actor: subject, user: kubernetesUser(actor).name, writes, expiresAt },
  };
}

function issuedEntry(
  { actor, requestId, clientAddress }: RequestContext,
  { cluster, credentials: { expiresAt } }: Issued,
  at: Date,
): AuditEntry {
  return {
    ...{ id: newId('auditEvent'), account: actor.account, at, actor, requestId, clientAddress },
    ...{ action: 'issueKubeconfig', outcome: 'SUCCEEDED', objectId: cluster.id, clusterId: cluster.id },
    input: { ...kubernetesUser(actor), expiresAt: expiresAt.toISOString() },
  };
}

function kubeconfigYaml(cluster: ClusterRow, user: string, credentials: Credentials): string {
  const { server, caData, token } = credentials;
  const context = `${user}@${cluster.name}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster.name, cluster: { server, 'certificate-authority-data': caData } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: context, context: { cluster: cluster.name, user, namespace: 'default' } }],
    'current-context': context,
    preferences: {},
  });
}
