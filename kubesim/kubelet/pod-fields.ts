import type { Container, FieldReference, Pod, ResourceReference } from '../kubernetes/kinds/core.js';
import { quantity } from '../kubernetes/kinds/quantity.js';

const FIELDS: Readonly<Record<string, (pod: Pod) => string>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => lines(metadata.labels),
  'metadata.annotations': ({ metadata }) => lines(metadata.annotations),
  'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
  'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
  'status.hostIP': ({ status }) => status.hostIP ?? '',
  'status.hostIPs': ({ status }) => status.hostIP ?? '',
  'status.podIP': ({ status }) => status.podIP ?? '',
  'status.podIPs': ({ status }) => status.podIP ?? '',
};

/** The value of a field of the pod for the downward API, e.g. `metadata.labels['app']`. */
export function podField(pod: Pod, { fieldPath }: FieldReference): string {
  const [, part, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath) ?? [];
  if (part === 'labels' || part === 'annotations') return pod.metadata[part]?.[key ?? ''] ?? '';
  return FIELDS[fieldPath]?.(pod) ?? '';
}

/** The value of a container's requests or limits for the downward API, e.g. `limits.cpu`, in units of the divisor. */
export function containerResource(container: Container | undefined, reference: ResourceReference): string {
  const [kind = '', ...rest] = reference.resource.split('.');
  const name = rest.join('.');
  const { requests, limits } = container?.resources ?? {};
  const amount = (kind === 'limits' ? limits?.[name] : requests?.[name]) ?? limits?.[name];
  const divisor = quantity(reference.divisor);
  return String(Math.ceil(quantity(amount) / (divisor > 0 ? divisor : 1)));
}

/** Labels or annotations as a file of the downward API. */
function lines(values: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(values ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
    .join('\n');
}
