import type { Container, Node, Pod } from '../kubernetes/kinds/core.js';
import { timestamp } from '../kubernetes/kinds/object.js';
import { quantity } from '../kubernetes/kinds/quantity.js';
import { containerStatus } from './pod-status.js';
import { containerCpuSeconds, containerUsage, nodeCpuSeconds, nodeUsage } from './usage.js';

/** The node of a kubelet and its pods that run. */
export interface MeasuredNode {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly now: Date;
}

/** The usage of a part of a node: cores now, seconds since its start, and bytes. */
interface Measured {
  readonly cpu: number;
  readonly cpuSeconds: number;
  readonly memory: number;
}

interface MeasuredContainer extends Measured {
  readonly pod: Pod;
  readonly container: Container;
  readonly startedAt: string;
}

function measuredContainers({ pods, now }: MeasuredNode): MeasuredContainer[] {
  return pods.flatMap((pod) =>
    pod.spec.containers.flatMap((container) => {
      const { startedAt } = containerStatus(pod, container.name)?.state.running ?? {};
      if (startedAt === undefined) return [];
      const cpuSeconds = containerCpuSeconds(pod, container, { from: new Date(startedAt), to: now });
      return [{ pod, container, startedAt, cpuSeconds, ...containerUsage(pod, container, now) }];
    }),
  );
}

function sumOf(parts: readonly Measured[]): Measured {
  const sum = (name: keyof Measured) => parts.reduce((total, part) => total + part[name], 0);
  return { cpu: sum('cpu'), cpuSeconds: sum('cpuSeconds'), memory: sum('memory') };
}

function measuredNode(
  { node, pods, now }: MeasuredNode,
  containers: readonly MeasuredContainer[],
): Measured & { readonly startedAt: string } {
  const startedAt = node.metadata.creationTimestamp;
  const own = nodeCpuSeconds(node, { from: new Date(startedAt), to: now });
  return {
    ...{ startedAt, cpuSeconds: own + sumOf(containers).cpuSeconds },
    ...nodeUsage(node, pods, now),
  };
}

/** The body of `/stats/summary`: the usage of a node and its containers. */
export function statsSummary(measured: MeasuredNode): object {
  const { node, now } = measured;
  const containers = measuredContainers(measured);
  const { startedAt, ...used } = measuredNode(measured, containers);
  const total = quantity(node.status.capacity?.['memory']);
  const { cpu, memory } = stats(used, now);
  const availableBytes = Math.max(0, Math.round(total - used.memory));
  return {
    node: {
      ...{ nodeName: node.metadata.name, startTime: startedAt, cpu },
      memory: { ...memory, availableBytes },
    },
    pods: measured.pods.map((pod) => {
      const { name, namespace, uid } = pod.metadata;
      const ofPod = containers.filter((container) => container.pod === pod);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status.startTime,
        containers: ofPod.map((each) => ({
          ...{ name: each.container.name, startTime: each.startedAt },
          ...stats(each, now),
        })),
        ...stats(sumOf(ofPod), now),
      };
    }),
  };
}

function stats({ cpu, cpuSeconds, memory }: Measured, now: Date) {
  const time = timestamp(now);
  const bytes = Math.round(memory);
  return {
    cpu: {
      time,
      usageNanoCores: Math.round(cpu * 1e9),
      usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9),
    },
    memory: { time, usageBytes: bytes, workingSetBytes: bytes, rssBytes: bytes },
  };
}

type Labels = Readonly<Record<string, string>>;

/** A metric with its samples, in the text format of Prometheus. */
function metric(
  name: string,
  { type, help }: { readonly type: 'counter' | 'gauge'; readonly help: string },
  samples: readonly (readonly [labels: Labels, value: number])[],
  time?: number,
): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    const sample = `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
    return `${sample}${time === undefined ? '' : ` ${time}`}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

const gauge = (help: string) => ({ type: 'gauge', help }) as const;
const CPU = { type: 'counter', help: '[STABLE] Cumulative cpu time consumed in core-seconds' } as const;
const MEMORY = gauge('[STABLE] Current working set in bytes');
const START = gauge('[STABLE] Start time since unix epoch in seconds');

/** The body of `/metrics/resource`: what a node, its pods and their containers use. */
export function resourceMetrics(measured: MeasuredNode): string {
  const time = measured.now.getTime();
  const containers = measuredContainers(measured);
  const node = measuredNode(measured, containers);
  const labelled = containers.map((each) => [containerLabels(each), each] as const);
  const ofPods = measured.pods.map((pod) => {
    const { namespace = '', name } = pod.metadata;
    return [{ namespace, pod: name }, sumOf(containers.filter((each) => each.pod === pod))] as const;
  });
  const cpu = <T extends Measured>([labels, { cpuSeconds }]: readonly [Labels, T]) =>
    [labels, cpuSeconds] as const;
  const memory = <T extends Measured>([labels, each]: readonly [Labels, T]) =>
    [labels, Math.round(each.memory)] as const;
  const starts = labelled.map(([labels, { startedAt }]) => [labels, Date.parse(startedAt) / 1000] as const);
  return [
    metric('container_cpu_usage_seconds_total', CPU, labelled.map(cpu), time),
    metric('container_memory_working_set_bytes', MEMORY, labelled.map(memory), time),
    metric('container_start_time_seconds', START, starts),
    metric('node_cpu_usage_seconds_total', CPU, [cpu([{}, node])], time),
    metric('node_memory_working_set_bytes', MEMORY, [memory([{}, node])], time),
    metric('pod_cpu_usage_seconds_total', CPU, ofPods.map(cpu), time),
    metric('pod_memory_working_set_bytes', MEMORY, ofPods.map(memory), time),
    metric(
      'resource_scrape_error',
      gauge('[STABLE] 1 if there was an error while getting container metrics'),
      [[{}, 0]],
    ),
  ].join('');
}

function containerLabels({ pod, container }: MeasuredContainer): Labels {
  const { namespace = '', name } = pod.metadata;
  return { container: container.name, namespace, pod: name };
}

/** The body of `/metrics/cadvisor`: the containers of a node, and what the machine has. */
export function containerMetrics(measured: MeasuredNode): string {
  const { node, now } = measured;
  const containers = measuredContainers(measured).map((each) => {
    const { containerID = '', imageID = '' } = containerStatus(each.pod, each.container.name) ?? {};
    const name = containerID.replace('containerd://', '');
    const id = `/kubepods.slice/pod${each.pod.metadata.uid}/${name}`;
    return [{ ...containerLabels(each), id, image: imageID, name }, each] as const;
  });
  const { capacity } = node.status;
  const memory = containers.map(([labels, each]) => [labels, Math.round(each.memory)] as const);
  return [
    metric(
      'container_cpu_usage_seconds_total',
      CPU,
      containers.map(([labels, { cpuSeconds }]) => [labels, cpuSeconds]),
      now.getTime(),
    ),
    metric('container_memory_working_set_bytes', MEMORY, memory, now.getTime()),
    metric('machine_cpu_cores', gauge('Number of logical CPU cores.'), [[{}, quantity(capacity?.['cpu'])]]),
    metric('machine_memory_bytes', gauge('Amount of memory installed on the machine.'), [
      [{}, quantity(capacity?.['memory'])],
    ]),
  ].join('');
}

/** The body of `/metrics`: the kubelet itself. */
export function kubeletMetrics(measured: MeasuredNode): string {
  const { node, pods } = measured;
  const running = measuredContainers(measured).length;
  return [
    metric('kubelet_node_name', gauge("[ALPHA] The node's name. The count is always 1."), [
      [{ node: node.metadata.name }, 1],
    ]),
    metric('kubelet_running_containers', gauge('[ALPHA] Number of containers currently running'), [
      [{ container_state: 'running' }, running],
    ]),
    metric('kubelet_running_pods', gauge('[ALPHA] Number of pods that have a running pod sandbox'), [
      [{}, pods.length],
    ]),
  ].join('');
}
