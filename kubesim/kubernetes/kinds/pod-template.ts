import type { PodSpec, PodTemplate } from './core.js';

/** A pod template that has a list of containers. The defaults of its types come from the schema. */
export function completeTemplate(template: PodTemplate | undefined): PodTemplate {
  return { ...template, spec: completeSpec(template?.spec) };
}

/** A pod's spec that has a list of containers. API servers store a negative grace period as one second. */
export function completeSpec(spec: PodSpec | undefined): PodSpec {
  const { terminationGracePeriodSeconds: grace = 0, containers = [] } = spec ?? {};
  return { ...spec, containers, ...(grace < 0 && { terminationGracePeriodSeconds: 1 }) };
}
