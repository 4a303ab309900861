import { forbidden } from '../kinds/status.js';
import type { Pod } from '../kinds/core.js';
import { pods } from '../kinds/pods.js';
import { priorityClasses, type PriorityClass, SYSTEM_PRIORITY_CLASSES } from '../kinds/priority-classes.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** A new pod with the priority and the preemption policy of its class. Throws ApiError. */
export function withPriority(store: ClusterStore, pod: Pod): Pod {
  const { priorityClassName } = pod.spec;
  const chosen = priorityClassName ? named(store, pod, priorityClassName) : defaultClass(store);
  const { value: priority, preemptionPolicy } = { ...NO_CLASS, ...chosen };
  checkGiven(pod, { priority, preemptionPolicy });
  const className = priorityClassName || chosen?.metadata.name;
  return {
    ...pod,
    spec: { ...pod.spec, ...(className && { priorityClassName: className }), priority, preemptionPolicy },
  };
}

const NO_CLASS = { value: 0, preemptionPolicy: 'PreemptLowerPriority' };

/** A pod may say what its class says, and nothing else. */
function checkGiven(
  pod: Pod,
  computed: { readonly priority: number; readonly preemptionPolicy: string },
): void {
  const { priority = computed.priority, preemptionPolicy = computed.preemptionPolicy } = pod.spec;
  if (priority !== computed.priority)
    throw rejected(pod, mismatch('integer', 'priority', { given: priority, computed: computed.priority }));
  if (preemptionPolicy === computed.preemptionPolicy) return;
  const values = { given: preemptionPolicy, computed: computed.preemptionPolicy };
  throw rejected(pod, mismatch('string', 'PreemptionPolicy', values));
}

function named(store: ClusterStore, pod: Pod, name: string): PriorityClass {
  const found = store.get(priorityClasses, '', name);
  if (!found) throw rejected(pod, `no PriorityClass with name ${name} was found`);
  return found;
}

/** The class of pods that name none: of several defaults the lowest. */
function defaultClass(store: ClusterStore): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const each of store.all(priorityClasses))
    if (each.globalDefault && (!lowest || each.value < lowest.value)) lowest = each;
  return lowest;
}

function mismatch(
  type: string,
  field: string,
  { given, computed }: { readonly given: unknown; readonly computed: unknown },
): string {
  return (
    `the ${type} value of ${field} (${String(given)}) must not be provided in pod spec; ` +
    `priority admission controller computed ${String(computed)} from the given PriorityClass name`
  );
}

function rejected({ metadata: { name } }: Pod, why: string): Error {
  return forbidden(`pods "${name}" is forbidden: ${why}`, { name, kind: pods.plural });
}

/** Allows one default class at a time. Throws ApiError. */
export function admitPriorityClass(
  store: ClusterStore,
  { metadata: { name }, globalDefault }: PriorityClass,
): void {
  const other = globalDefault ? defaultClass(store) : undefined;
  if (!other || other.metadata.name === name) return;
  throw classError(
    name,
    `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
  );
}

/** Keeps the classes of the system. Throws ApiError. */
export function admitPriorityClassDeletion(name: string): void {
  if (!SYSTEM_PRIORITY_CLASSES.some((each) => each.name === name)) return;
  throw classError(name, 'this is a system priority class and cannot be deleted');
}

function classError(name: string, why: string): Error {
  const { id, plural: kind, group } = priorityClasses;
  return forbidden(`${id} "${name}" is forbidden: ${why}`, { name, kind, group });
}
