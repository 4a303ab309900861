import type { Node } from '../kinds/core.js';
import { isNodeReady, nodes } from '../kinds/nodes.js';
import type { ClusterContext, Controller } from './context.js';
import { RENEWAL_SECONDS } from './machines.js';
import { setNodeHealth } from './node-operations.js';

/** The reports of kubelets whose nodes are not what they have reported: a client has changed their status. */
export function nodeReports(cluster: ClusterContext): Controller {
  const { store, machines, timers } = cluster;
  const waiting = new Set<string>();
  const reportOf = (node: Node | undefined) => {
    const name = node?.metadata.name ?? '';
    return node && !isNodeReady(node) && machines.isReachable(name) ? machines.reportOf(name) : undefined;
  };
  const report = (name: string) => {
    waiting.delete(name);
    const health = reportOf(store.get(nodes, '', name));
    if (health) setNodeHealth(cluster, name, health);
  };
  return {
    start() {
      store.onChange(nodes, ({ object }) => {
        const { name } = object.metadata;
        if (waiting.has(name) || !reportOf(object as Node)) return;
        waiting.add(name);
        timers.after(cluster.scaled(RENEWAL_SECONDS), () => report(name));
      });
    },
  };
}
