import type { Usage } from '../kubernetes/cluster/kubelet-api.js';
import type { Container, Node, Pod } from '../kubernetes/kinds/core.js';
import { quantity } from '../kubernetes/kinds/quantity.js';
import { hash32 } from '../random.js';
import { allocatableOf } from '../kubernetes/scheduler/fit.js';

/** Assumed requests of a container without requests. */
const DEFAULT_REQUESTS: Usage = { cpu: 0.01, memory: 32 * 2 ** 20 };

/**
 * Usage of a container: a share of its requests that rises and falls over ten minutes, with a phase per container.
 * Depends only on the pod, the container and the time.
 */
export function containerUsage(pod: Pod, container: Container, now: Date): Usage {
  const { requests, limits } = container.resources ?? {};
  const requested = (name: 'cpu' | 'memory') =>
    quantity(requests?.[name] ?? limits?.[name]) || DEFAULT_REQUESTS[name];
  const phase = hash32(`${pod.metadata.uid}/${container.name}`) / 2 ** 32;
  const wave = Math.sin(2 * Math.PI * (now.getTime() / 600_000 + phase));
  return {
    cpu: requested('cpu') * (0.45 + 0.3 * wave),
    memory: requested('memory') * (0.6 + 0.1 * wave + 0.1 * phase),
  };
}

/** Usage of a node: its pods and the system. */
export function nodeUsage(node: Node, pods: Iterable<Pod>, now: Date): Usage {
  const { cpu = 1, memory = 1 } = allocatableOf(node);
  let total: Usage = { cpu: 0.02 * cpu, memory: 0.05 * memory };
  for (const pod of pods) {
    for (const container of pod.spec.containers) {
      const used = containerUsage(pod, container, now);
      total = { cpu: total.cpu + used.cpu, memory: total.memory + used.memory };
    }
  }
  return total;
}
