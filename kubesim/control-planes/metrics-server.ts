import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../kernel/clock.js';
import { containerUsage, nodeUsage } from '../kubelet/usage.js';
import { metricsAt } from '../kubernetes/api/metrics.js';
import { metricResources } from '../kubernetes/kinds/metric-resources.js';
import { ApiError, noSuchPath } from '../kubernetes/kinds/status.js';
import type { ObjectReader } from '../kubernetes/store/cluster-store.js';
import { sendJson } from '../http/exchange.js';
import { createUnlessExists, type ClusterClient } from './cluster-client.js';

const NAMESPACE = 'kube-system';
const NAME = 'kubesim-metrics';
const GROUP_VERSION = 'metrics.k8s.io/v1beta1';
const ROOT = `/apis/${GROUP_VERSION}`;

/** Name that the API server expects in the certificate of the server. */
export const METRICS_HOST = `${NAME}.${NAMESPACE}.svc`;
/** Address of the server in the cluster, of a range for documentation: only the tunnel knows it. */
export const METRICS_ADDRESS = '192.0.2.1:443';

/** Serves `metrics.k8s.io` to the aggregator of a real API server, which has authorized the request. Throws on an error that is no ApiError. */
export function serveMetrics(
  { objects, clock }: { readonly objects: ObjectReader; readonly clock: Clock },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams: query } = new URL(`https://metrics${request.url ?? '/'}`);
  if (pathname === ROOT) {
    const resources = metricResources;
    return sendJson(response, 200, {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: GROUP_VERSION,
      resources,
    });
  }
  try {
    if (!pathname.startsWith(`${ROOT}/`)) throw noSuchPath();
    const steps = pathname.slice(ROOT.length).split('/').filter(Boolean);
    const kubelets = { containerUsage, nodeUsage };
    const { status, body } = metricsAt({ objects, kubelets, now: clock.now(), query }, steps);
    sendJson(response, status, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendJson(response, error.code, error.body());
  }
}

/** Registers the server at the aggregator. */
export async function installMetricsServer(client: ClusterClient, authority: string): Promise<void> {
  const metadata = { name: NAME, namespace: NAMESPACE };
  const services = `/api/v1/namespaces/${NAMESPACE}/services`;
  const port = { name: 'https', protocol: 'TCP', port: 443 };
  await createUnlessExists(client, services, { metadata, spec: { ports: [port] } });
  const [address] = METRICS_ADDRESS.split(':');
  await createUnlessExists(client, `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`, {
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [port],
  });
  await createUnlessExists(client, '/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      service: { name: NAME, namespace: NAMESPACE, port: 443 },
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      caBundle: Buffer.from(authority).toString('base64'),
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  });
}
