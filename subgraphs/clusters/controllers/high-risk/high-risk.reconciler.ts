import {
  done,
  type NewEvent,
  type Reconciler,
  requeueAfter,
  type Schedule,
} from '../../../../engine/contract.js';
import {
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../../engine/kubernetes/kubernetes-error.js';
import type { HighRiskOperationRecord } from '../../../../engine/providers/high-risk-operation-provider.js';
import { enqueue, enqueueAll } from '../../../../engine/jobs/queue.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { isId } from '../../../../kernel/ids.js';
import { type ClusterStep } from '../steps/cluster-step.js';
import { updateCluster, findCluster, readLockedCluster } from '../../store/cluster.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { conditionsOf, withCondition } from '../../model/conditions.js';
import { clustersAfter, changeCluster, type Cluster } from '../../store/reconcile.store.js';
import { unlessSuperseded } from '../steps/run-steps.js';
import { eventOf } from '../../model/cluster-events.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { applyDnsRules, DNS_CLOSED } from '../../changes/closed-dns.js';
import { riskRow } from '../../store/high-risk-catalog.js';
import { HIGH_RISK, replaceFindings, type RiskFindingRow } from '../../store/high-risk.store.js';
import { pagesById } from '../steps/pages-by-id.js';

const DNS_HEALTHY = 'DnsHealthy';
const DNS_ENDPOINTS = '/api/v1/namespaces/kube-system/endpoints/kube-dns';
/** Milliseconds after which a cluster with findings is checked again; effects inside the cluster take a moment. */
const POLL_MS = 2_000;
const BATCH = 500;

type Scope = ClusterStep['scope'];

/**
 * Detects changes of a cluster's resources outside the platform, publishes each once with its impact and recovery,
 * and enqueues the reconcilers that observe the effects. Keys are cluster ids.
 */
export function createHighRiskReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: HIGH_RISK,
    async reconcile(key, scope) {
      const cluster = await findCluster(scope.database, key);
      if (!cluster || cluster.deletedAt || cluster.state === 'DELETING') return done;
      const closing = await applyDnsRules(scope.database, dependencies.provider, key);
      const risks = await dependencies.provider.highRiskOperationRecords(key);
      const dns = await isDnsAvailable(cluster, { scope, dependencies });
      return unlessSuperseded(async () => {
        await changeCluster(scope, cluster, async (tx, at) => {
          const row = await readLockedCluster(tx, key);
          return [
            ...(await recordDns(tx, row, { dns, at })),
            ...(await recordRisks(tx, row, { risks, closing })),
          ];
        });
        return dns === false || (await mayEnd(risks)) ? requeueAfter(POLL_MS) : done;
      });
    },
  };
}

/** Whether one of the operations can be reverted outside the platform or ends with its target. */
async function mayEnd(risks: readonly HighRiskOperationRecord[]): Promise<boolean> {
  const rows = await Promise.all(risks.map(({ operation }) => riskRow(operation)));
  return rows.some((row) => row?.recoverable);
}

/** Enqueues every running cluster every ten minutes. */
export function highRiskSchedule(): Schedule {
  return {
    name: 'check-high-risk',
    cron: '5,15,25,35,45,55 * * * *',
    async run({ database, signal }) {
      const clusters = clustersAfter(database, { states: ['RUNNING', 'UNAVAILABLE'], take: BATCH });
      for await (const rows of pagesById(clusters, signal)) await enqueueAll(database, HIGH_RISK, rows);
    },
  };
}

/** Whether the cluster's DNS Service has an endpoint; undefined if it cannot be read. */
async function isDnsAvailable(
  { id }: Cluster,
  { scope, dependencies }: { readonly scope: Scope; readonly dependencies: ReconcilerDependencies },
): Promise<boolean | undefined> {
  const client = await clientOf(id, { scope, kubernetes: dependencies.kubernetes });
  if (!client) return undefined;
  try {
    const { subsets = [] } = await client.get<{ subsets?: { addresses?: unknown[] }[] }>(DNS_ENDPOINTS);
    return subsets.some(({ addresses = [] }) => addresses.length > 0);
  } catch (error) {
    // The control plane reconciler reports an API server that is unavailable.
    if (error instanceof KubernetesStatusError || error instanceof KubernetesUnavailable) return undefined;
    throw error;
  }
}

async function recordDns(
  tx: Transaction,
  cluster: Cluster,
  { dns, at }: { readonly dns: boolean | undefined; readonly at: Date },
): Promise<NewEvent[]> {
  const previous = conditionsOf(cluster).find(({ type }) => type === DNS_HEALTHY)?.status ?? 'True';
  const now = dns === false ? 'False' : 'True';
  if (dns === undefined || previous === now) return [];
  const message = dns
    ? 'The DNS of the cluster answers.'
    : 'The DNS of the cluster has no address that can be reached.';
  const reason = dns ? 'Answering' : 'NoEndpoints';
  const conditions = withCondition(cluster, { type: DNS_HEALTHY, status: now, reason, message }, at);
  await updateCluster(tx, cluster.id, { conditions });
  const type = dns ? 'DNS_HEALTHY' : 'DNS_FAILED';
  return [
    eventOf({ cluster }, type, `Cluster ${cluster.name}: ${message}`, { level: dns ? 'INFO' : 'ERROR' }),
  ];
}

interface ObservedFindings {
  readonly risks: readonly HighRiskOperationRecord[];
  /** The security group whose rules block DNS traffic of pods. */
  readonly closing: string | undefined;
}

async function recordRisks(
  tx: Transaction,
  cluster: Cluster,
  { risks, closing }: ObservedFindings,
): Promise<NewEvent[]> {
  const { id: clusterId, account } = cluster;
  const rows = risks.map(({ operation, instanceId, service, nodePoolId, volumeClaim, since }) => {
    const group = operation === DNS_CLOSED ? closing : undefined;
    const subject = instanceId ?? nodePoolId ?? service ?? volumeClaim ?? group ?? '';
    return { clusterId, account, operation, subject, occurredAt: since };
  });
  const { fresh, removed } = await replaceFindings(tx, clusterId, rows);
  if (fresh.length + removed.length === 0) return [];
  const nodes = [...fresh, ...removed]
    .map(({ subject }) => subject)
    .filter((subject) => isId('node', subject));
  await enqueueAll(tx, 'node', nodes);
  await enqueue(tx, 'control-plane', clusterId);
  await enqueue(tx, 'pool-drift', clusterId);
  const events = await Promise.all([
    ...fresh.map((row) => found(cluster, row)),
    ...removed.map((row) => fixedEvent(cluster, row)),
  ]);
  return events;
}

async function found(cluster: Cluster, finding: RiskFindingRow): Promise<NewEvent> {
  const {
    operation = finding.operation,
    impact = '',
    recovery = '',
  } = (await riskRow(finding.operation)) ?? {};
  const text = `Cluster ${cluster.name}: ${operation}. Impact: ${impact}. Recovery: ${recovery}.`;
  return eventOf({ cluster }, 'HIGH_RISK_OPERATION_FOUND', text, { level: 'WARNING', data: dataOf(finding) });
}

async function fixedEvent(cluster: Cluster, finding: RiskFindingRow): Promise<NewEvent> {
  const row = await riskRow(finding.operation);
  const text = `Cluster ${cluster.name}: fixed: ${row?.operation ?? finding.operation}.`;
  return eventOf({ cluster }, 'HIGH_RISK_OPERATION_REMEDIATED', text, { data: dataOf(finding) });
}

function dataOf({ operation, subject }: RiskFindingRow) {
  return { operation, ...(subject && { subject }) };
}
