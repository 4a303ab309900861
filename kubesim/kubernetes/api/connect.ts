import type { Pod } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { badRequest } from '../kinds/status.js';
import { flag, type ApiCall } from './call.js';
import { containerOf, kubeletOf } from './kubelet-connection.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { connection, reviewed } from './reviewed-writes.js';

/** Names of the streams in requests to an API server, and to a kubelet. */
const STREAMS = [
  ['stdin', 'input'],
  ['stdout', 'output'],
  ['stderr', 'error'],
  ['tty', 'tty'],
] as const;

/** Connects `exec`, `attach` and `portforward` of a pod with its kubelet. Throws ApiError. */
export async function connect(call: ApiCall, target: Target): Promise<undefined> {
  const { cluster, request, query } = call;
  await reviewed(call, connection(call, target, optionsOf(target, query)));
  const pod = objectOf(call, target) as Pod;
  const path = kubeletPath(pod, target, query);
  const { nodeName } = pod.spec;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  kubeletOf(cluster, nodeName);
  if (!call.upgrade) throw badRequest('Upgrade request required');
  cluster.network.upgrade(nodeName, { url: path, request }, call.upgrade());
  return undefined;
}

/** Kinds of the options of a connection. */
const KINDS: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
};

/** The options of a connection as webhooks get them. */
function optionsOf({ subresource }: Target, query: URLSearchParams): KubeObject {
  const streams = STREAMS.flatMap(([name]) => (flag(query, name) ? [[name, true] as const] : []));
  const container = query.get('container');
  const command = query.getAll('command');
  const ports = query.getAll('ports').map(Number);
  const options = {
    apiVersion: 'v1',
    kind: KINDS[subresource ?? ''] ?? '',
    ...Object.fromEntries(streams),
    ...(container && { container }),
    ...(command.length > 0 && { command }),
    ...(ports.length > 0 && { ports }),
  };
  // Options have no metadata, which selectors read.
  return { ...options, metadata: {} } as KubeObject;
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
