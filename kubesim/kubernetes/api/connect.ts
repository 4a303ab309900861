import type { Pod } from '../kinds/core.js';
import { badRequest } from '../kinds/status.js';
import { flag, type ApiCall } from './call.js';
import { containerOf, kubeletOf } from './kubelet-connection.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';

/** Names of the streams in requests to an API server, and to a kubelet. */
const STREAMS = [
  ['stdin', 'input'],
  ['stdout', 'output'],
  ['stderr', 'error'],
  ['tty', 'tty'],
] as const;

/** Connects `exec`, `attach` and `portforward` of a pod with its kubelet. Throws ApiError. */
export function connect(call: ApiCall, target: Target): void {
  const { cluster, request, query } = call;
  const pod = objectOf(call, target) as Pod;
  const path = kubeletPath(pod, target, query);
  const { nodeName } = pod.spec;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  kubeletOf(cluster, nodeName);
  if (!call.upgrade) throw badRequest('Upgrade request required');
  cluster.network.upgrade(nodeName, { url: path, request }, call.upgrade());
}

function kubeletPath(pod: Pod, { subresource }: Target, query: URLSearchParams): string {
  const { namespace = '', name } = pod.metadata;
  const options = new URLSearchParams();
  if (subresource === 'portforward') {
    for (const port of query.getAll('ports')) options.append('port', port);
    return `/portForward/${namespace}/${name}?${options.toString()}`;
  }
  const container = containerOf(pod, query.get('container'));
  for (const [given, sent] of STREAMS) if (flag(query, given)) options.append(sent, '1');
  for (const word of query.getAll('command')) options.append('command', word);
  return `/${subresource}/${namespace}/${name}/${container}?${options.toString()}`;
}
