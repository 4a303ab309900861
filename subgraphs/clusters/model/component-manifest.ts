import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import { objectPath } from '../../../engine/kubernetes/paths.js';
import type { ComponentEntry } from './component-catalog.js';
import { effectiveParameters, type Parameters } from './component-parameters.js';

const COMPONENT_NAMESPACE = 'kube-system';
const COMPONENT_LABEL = 'fleetgraph.dev/component';
const VERSION_LABEL = 'fleetgraph.dev/component-version';
/** Parameters that are fields of the workload; the others are entries of the ConfigMap. */
const OF_WORKLOAD = new Set(['replicas', 'cpuRequest', 'memoryRequest', 'memoryLimit']);

/** The desired state of a component. */
export interface DesiredComponent {
  readonly entry: ComponentEntry;
  readonly version: string;
  readonly parameters: Parameters;
}

/** An object of a component, with its path in the Kubernetes API. */
export interface ManifestObject {
  readonly path: string;
  readonly object: KubernetesObject & Readonly<Record<string, unknown>>;
}

/** The objects of a component, in the order of application. */
export function manifestOf(component: DesiredComponent): ManifestObject[] {
  const { entry, version } = component;
  const effective = effectiveParameters(entry, component.parameters);
  const labels = { [COMPONENT_LABEL]: entry.name, 'app.kubernetes.io/managed-by': 'fleetgraph' };
  const facts = { entry, version, effective, labels };
  return [configMap(facts), ...service(facts), ...workload(facts)];
}

interface Facts {
  readonly entry: ComponentEntry;
  readonly version: string;
  readonly effective: Parameters;
  readonly labels: Readonly<Record<string, string>>;
}

function configMap({ entry, version, effective, labels }: Facts): ManifestObject {
  const name = entry.config?.name ?? `${entry.name}-config`;
  const template = Object.entries(entry.config?.data ?? {});
  const filled = template.map(([key, text]) => [key, fill(text, effective)]);
  const rest = Object.entries(effective).filter(([key]) => !OF_WORKLOAD.has(key));
  const plain = template.length > 0 ? [] : rest.map(([key, value]) => [key, String(value)]);
  const data = Object.fromEntries([...filled, ...plain]) as Record<string, string>;
  const metadata = metadataOf(name, { ...labels, [VERSION_LABEL]: version });
  return at('v1', 'configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

function fill(text: string, values: Parameters): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

function service({ entry, labels }: Facts): ManifestObject[] {
  if (!entry.service) return [];
  const { name, spec } = entry.service;
  const metadata = metadataOf(name, { ...labels, ...entry.service.labels });
  // The default is explicit, so that a changed targetPort shows as drift.
  const ports = spec.ports.map((port) => ({ targetPort: port.port, ...port }));
  return [at('v1', 'services', { apiVersion: 'v1', kind: 'Service', metadata, spec: { ...spec, ports } })];
}

function workload({ entry, version, effective, labels }: Facts): ManifestObject[] {
  if (!entry.workload) return [];
  const { kind, image, ports } = entry.workload;
  const matchLabels = entry.workload.labels ?? { app: entry.name };
  const { cpuRequest, memoryRequest, memoryLimit, replicas } = effective;
  const container = {
    name: entry.name,
    image: `${image}:${version}`,
    ...(ports.length > 0 && { ports }),
    resources: {
      requests: { cpu: cpuRequest, memory: memoryRequest },
      ...(memoryLimit !== undefined && { limits: { memory: memoryLimit } }),
    },
  };
  // DaemonSet pods must run on every node, whatever its taints.
  const tolerations = kind === 'DaemonSet' ? { tolerations: [{ operator: 'Exists' }] } : {};
  const spec = {
    ...(kind === 'Deployment' && { replicas }),
    selector: { matchLabels },
    template: { metadata: { labels: { ...matchLabels } }, spec: { containers: [container], ...tolerations } },
  };
  const metadata = metadataOf(entry.name, { ...labels, ...matchLabels, [VERSION_LABEL]: version });
  const resource = kind === 'Deployment' ? 'deployments' : 'daemonsets';
  return [at('apps/v1', resource, { apiVersion: 'apps/v1', kind, metadata, spec })];
}

function metadataOf(name: string, labels: Readonly<Record<string, string>>) {
  return { name, namespace: COMPONENT_NAMESPACE, labels: { ...labels } };
}

function at(apiVersion: string, resource: string, object: ManifestObject['object']): ManifestObject {
  const name = object.metadata?.name ?? '';
  return { path: objectPath({ apiVersion, resource }, COMPONENT_NAMESPACE, name), object };
}
