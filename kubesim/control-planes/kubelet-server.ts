import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../kernel/log.js';
import { type LogEnvironment, sendLog } from '../kubernetes/api/logs.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { pods } from '../kubernetes/kinds/pods.js';
import { ApiError, notFound } from '../kubernetes/kinds/status.js';
import type { ObjectReader } from '../kubernetes/store/cluster-store.js';

/** Serves a request to the kubelet of a node. */
export type Kubelet = (nodeName: string, request: IncomingMessage, response: ServerResponse) => void;

export interface KubeletServerOptions {
  readonly objects: ObjectReader;
  readonly logs: LogEnvironment;
  readonly log: Log;
}

/**
 * What kubelets serve to a real API server: their pods, and the logs of containers. Containers are no processes: exec, attach and
 * port-forward are rejected.
 */
export function kubeletServer(options: KubeletServerOptions): Kubelet {
  return (nodeName, request, response) => {
    try {
      serve(options, nodeName, { request, response });
    } catch (error) {
      if (!(error instanceof ApiError)) options.log.error({ err: error }, 'a request to a kubelet failed');
      const [code, message] =
        error instanceof ApiError ? [error.code, error.message] : [500, 'the kubelet failed'];
      if (!response.headersSent) response.writeHead(code, { 'content-type': 'text/plain' });
      response.end(message);
    }
  };
}

function serve(
  { objects, logs }: KubeletServerOptions,
  nodeName: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): void {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://kubelet');
  const [action, namespace = '', name = '', container = ''] = pathname
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent);
  if (action === 'healthz') return void response.end('ok');
  const onNode = ({ spec }: Pod) => spec.nodeName === nodeName;
  if (action === 'pods') {
    const items = [...objects.all(pods)].filter(onNode);
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }));
  }
  if (action === 'containerLogs') {
    const pod = objects.get(pods, namespace, name);
    if (!pod || !onNode(pod)) throw notFound(pods, name);
    return sendLog(logs, { pod, container, query, response });
  }
  const message = `The machine is simulated, its containers are no processes: its kubelet does not serve ${pathname}`;
  throw new ApiError(501, 'NotImplemented', message);
}
