import type { ClusterContext } from '../cluster/context.js';
import type { Pod } from '../kinds/core.js';
import { address, isNodeReady, nodes } from '../kinds/nodes.js';
import { ApiError, badRequest } from '../kinds/status.js';

const KUBELET_PORT = 10_250;

/** The name of a node whose kubelet can be reached. Throws the error of an API server that cannot connect to it. */
export function kubeletOf({ store, serverlessZones, machines }: ClusterContext, nodeName: string): string {
  const node = store.get(nodes, '', nodeName);
  // A container instance of a serverless cluster has no node.
  if (serverlessZones || (node && isNodeReady(node) && machines.isReachable(nodeName))) return nodeName;
  const host = node ? `${address(node, 'InternalIP')}:${KUBELET_PORT}` : nodeName;
  throw new ApiError(502, '', `error dialing backend: dial tcp ${host}: connect: no route to host`);
}

/** The name of the container of a request; default the only one. Throws ApiError 400 if the pod does not have it. */
export function containerOf({ spec, metadata }: Pod, name: string | null): string {
  const { containers, initContainers = [] } = spec;
  const names = [...initContainers, ...containers].map((each) => each.name);
  if (!name && containers.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  const container = name || (containers[0]?.name ?? '');
  if (names.includes(container)) return container;
  throw badRequest(`container ${container} is not valid for pod ${metadata.name}`);
}
