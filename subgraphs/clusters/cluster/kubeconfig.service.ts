import { stringify } from 'yaml';
import type {
  InfrastructureProvider,
  Credentials,
} from '../../../engine/providers/infrastructure-provider.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Log } from '../../../kernel/log.js';
import { refuse } from '../../../kernel/result.js';
import type { ClusterRow } from './cluster.store.js';

const DEFAULT_TTL_MINUTES = 60;
const MIN_TTL_MINUTES = 15;
const MAX_TTL_MINUTES = 4320;
/** States in which a cluster has no API server of ours that credentials could be for. */
const WITHOUT_API = ['INITIAL', 'WAITING', 'FAILED', 'DELETING', 'DELETED'];

/** Hands out credentials for clusters' Kubernetes APIs. */
export class KubeconfigService {
  constructor(
    private readonly provider: InfrastructureProvider,
    private readonly log: Log,
  ) {}

  /**
   * A kubeconfig for the actor; null while the cluster has no API server. Refuses a ttl outside 15 to 4320
   * minutes, and `SERVICE_UNAVAILABLE` when the cloud does not answer.
   */
  async kubeconfig(actor: Actor, cluster: ClusterRow, ttlMinutes?: number | null) {
    const ttl = ttlMinutes ?? DEFAULT_TTL_MINUTES;
    if (ttl < MIN_TTL_MINUTES || ttl > MAX_TTL_MINUTES) {
      const message = `ttlMinutes is from ${MIN_TTL_MINUTES} to ${MAX_TTL_MINUTES}, not ${ttl}.`;
      refuse('INVALID_INPUT', message, { path: ['ttlMinutes'] });
    }
    try {
      if (!(await this.hasApi(cluster))) return null;
      const credentials = await this.provider.credentials(cluster.id, actor.subject, ttl);
      const yaml = kubeconfigYaml(cluster, actor.subject, credentials);
      return { yaml, expiresAt: credentials.expiresAt };
    } catch (err) {
      this.log.error({ err, clusterId: cluster.id }, 'the cloud gave no credentials');
      return refuse('SERVICE_UNAVAILABLE', 'The cloud does not answer now. Try again.');
    }
  }

  private async hasApi(cluster: ClusterRow): Promise<boolean> {
    if (cluster.state !== 'INITIAL') return !WITHOUT_API.includes(cluster.state);
    // The control plane comes before the nodes: it may run already.
    const controlPlane = await this.provider.controlPlane(cluster.id);
    return controlPlane?.state === 'RUNNING';
  }
}

/** A kubeconfig file with one cluster, one user and one context. */
function kubeconfigYaml(cluster: ClusterRow, subject: string, credentials: Credentials): string {
  const { server, caData, token } = credentials;
  const context = `${subject}@${cluster.name}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster.name, cluster: { server, 'certificate-authority-data': caData } }],
    users: [{ name: subject, user: { token } }],
    contexts: [{ name: context, context: { cluster: cluster.name, user: subject, namespace: 'default' } }],
    'current-context': context,
    preferences: {},
  });
}
