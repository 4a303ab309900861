import type { Pod } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceQuota } from '../kinds/resource-limits.js';
import type { ResourceType } from '../kinds/resource.js';
import { satisfies } from '../kinds/selector.js';

const SCOPES: Readonly<Record<string, ((pod: Pod) => boolean) | undefined>> = {
  BestEffort: isBestEffort,
  NotBestEffort: (pod) => !isBestEffort(pod),
  Terminating: ({ spec }) => spec.activeDeadlineSeconds !== undefined,
  NotTerminating: ({ spec }) => spec.activeDeadlineSeconds === undefined,
};

/** Whether the quota counts the object: quotas with scopes count only the pods in all of them. */
export function quotaApplies({ spec }: ResourceQuota, type: ResourceType, object: KubeObject): boolean {
  const { scopes = [], scopeSelector } = spec;
  const terms = scopeSelector?.matchExpressions ?? [];
  if (scopes.length + terms.length === 0) return true;
  if (type.id !== pods.id) return false;
  const pod = object as Pod;
  const labels: Record<string, string> = pod.spec.priorityClassName
    ? { PriorityClass: pod.spec.priorityClassName }
    : {};
  return (
    scopes.every((scope) => SCOPES[scope]?.(pod) ?? scope in labels) &&
    terms.every(
      ({ scopeName, operator, values }) =>
        SCOPES[scopeName]?.(pod) ??
        satisfies(labels, { key: scopeName, operator, ...(values && { values }) }),
    )
  );
}

function isBestEffort({ spec }: Pod): boolean {
  return spec.containers.every(({ resources }) => !resources?.requests && !resources?.limits);
}
