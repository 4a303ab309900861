import { isReady, type ListedNode } from './kubernetes-nodes.js';
import type { NodeCount, RecordedNode } from '../model/cluster-check.rules.js';

/**
 * Returns the recorded nodes with their current readiness and version: the recorded values may be a minute old. A
 * node that Kubernetes does not have is Unknown.
 */
export function presentNodes(
  recorded: readonly RecordedNode[],
  listed: readonly ListedNode[],
): RecordedNode[] {
  const byName = new Map(listed.map((node) => [node.metadata?.name, node]));
  return recorded.map((node) =>
    node.state === 'running' ? { ...node, ...statusOf(byName.get(node.name)) } : node,
  );
}

function statusOf(node: ListedNode | undefined): Partial<RecordedNode> {
  if (!node) return { status: 'Unknown' };
  const version = node.status?.nodeInfo?.kubeletVersion.replace(/^v/, '');
  return { status: isReady(node) ? 'Ready' : 'NotReady', ...(version && { version }) };
}

/** Counts nodes by version, state and status. */
export function countByTypeAndZone(nodes: readonly RecordedNode[]): NodeCount[] {
  const alike = Map.groupBy(nodes, ({ version, state, status }) => [version, state, status].join());
  return [...alike.values()].map((group) => {
    const { version, state, status } = group[0]!;
    return { version, state, status, count: group.length };
  });
}
