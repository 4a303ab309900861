import type { Usage } from '../kubernetes/cluster/kubelet-api.js';
import type { Container, Node, Pod } from '../kubernetes/kinds/core.js';
import { quantity } from '../kubernetes/kinds/quantity.js';
import { hash32 } from '../random.js';
import { allocatableOf } from '../kubernetes/scheduler/fit.js';

/** Assumed requests of a container without requests. */
const DEFAULT_REQUESTS: Usage = { cpu: 0.01, memory: 32 * 2 ** 20 };

/** Length of the wave of usage. */
const WAVE_SECONDS = 600;
/** Usage of cores as a share of the request: the middle of the wave, and how far it rises and falls. */
const CPU_MIDDLE = 0.45;
const CPU_WAVE = 0.3;
/** Cores of a node that the system uses, as a share. */
const SYSTEM_CPU = 0.02;

/**
 * Usage of a container: a share of its requests that rises and falls over ten minutes, with a phase per container.
 * Depends only on the pod, the container and the time.
 */
export function containerUsage(pod: Pod, container: Container, now: Date): Usage {
  const phase = phaseOf(pod, container);
  const wave = Math.sin(angleAt(now, phase));
  return {
    cpu: requestOf(container, 'cpu') * (CPU_MIDDLE + CPU_WAVE * wave),
    memory: requestOf(container, 'memory') * (0.6 + 0.1 * wave + 0.1 * phase),
  };
}

function requestOf({ resources }: Container, name: 'cpu' | 'memory'): number {
  const { requests, limits } = resources ?? {};
  return quantity(requests?.[name] ?? limits?.[name]) || DEFAULT_REQUESTS[name];
}

function phaseOf(pod: Pod, { name }: Container): number {
  return hash32(`${pod.metadata.uid}/${name}`) / 2 ** 32;
}

function angleAt(time: Date, phase: number): number {
  return 2 * Math.PI * (time.getTime() / (WAVE_SECONDS * 1000) + phase);
}

/** A span of time. */
interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Core-seconds that a container has used: the integral of its usage. */
export function containerCpuSeconds(pod: Pod, container: Container, { from, to }: Span): number {
  const phase = phaseOf(pod, container);
  const waves = Math.cos(angleAt(from, phase)) - Math.cos(angleAt(to, phase));
  const shares = CPU_MIDDLE * secondsOf({ from, to }) + (CPU_WAVE * WAVE_SECONDS * waves) / (2 * Math.PI);
  return requestOf(container, 'cpu') * Math.max(0, shares);
}

/** Core-seconds that the system of a node has used. */
export function nodeCpuSeconds(node: Node, span: Span): number {
  return SYSTEM_CPU * (allocatableOf(node).cpu ?? 1) * secondsOf(span);
}

function secondsOf({ from, to }: Span): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}

/** Usage of a node: its pods and the system. */
export function nodeUsage(node: Node, pods: Iterable<Pod>, now: Date): Usage {
  const { cpu = 1, memory = 1 } = allocatableOf(node);
  let total: Usage = { cpu: SYSTEM_CPU * cpu, memory: 0.05 * memory };
  for (const pod of pods) {
    for (const container of pod.spec.containers) {
      const used = containerUsage(pod, container, now);
      total = { cpu: total.cpu + used.cpu, memory: total.memory + used.memory };
    }
  }
  return total;
}
