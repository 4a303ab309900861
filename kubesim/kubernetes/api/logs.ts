import { forbiddenValue, invalidValue, negativeCauses, unsupported } from '../schema/causes.js';
import type { Pod } from '../kinds/core.js';
import type { Cause } from '../kinds/resource.js';
import { invalid } from '../kinds/status.js';
import type { ApiCall, ApiResponse } from './call.js';
import { containerOf, kubeletOf } from './kubelet-connection.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';

const OPTIONS = { group: '', kind: 'PodLogOptions', plural: '', id: '' };
const STREAMS = ['All', 'Stdout', 'Stderr'];

/** Handles `/api/v1/namespaces/<namespace>/pods/<name>/log`; undefined if the kubelet streams the log. Throws ApiError. */
export function logs(call: ApiCall, target: Target): ApiResponse | undefined {
  const { query, request, response, cluster } = call;
  const causes = optionCauses(query);
  if (causes.length > 0) throw invalid(OPTIONS, target.name ?? '', causes);
  const pod = objectOf(call, target) as Pod;
  const { namespace = '', name } = pod.metadata;
  const container = containerOf(pod, query.get('container'));
  if (!pod.spec.nodeName) return { status: 204, body: '' };
  const nodeName = kubeletOf(cluster, pod.spec.nodeName);
  const url = `/containerLogs/${namespace}/${name}/${container}?${query.toString()}`;
  cluster.network.serve(nodeName, { url, request }, response);
  return undefined;
}

function optionCauses(query: URLSearchParams): Cause[] {
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const stream = query.get('stream') ?? 'All';
  return [
    ...negativeCauses('tailLines', number('tailLines')),
    ...positiveCauses('limitBytes', number('limitBytes')),
    ...(query.has('sinceSeconds') && query.has('sinceTime')
      ? [forbiddenValue('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified')]
      : positiveCauses('sinceSeconds', number('sinceSeconds'))),
    ...(STREAMS.includes(stream) ? [] : [unsupported('stream', stream, STREAMS)]),
  ];
}

function positiveCauses(field: string, value: number | undefined): Cause[] {
  return value === undefined || value >= 1 ? [] : [invalidValue(field, value, 'must be greater than 0')];
}
