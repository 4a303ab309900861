import type { PodSpec, PodTemplate } from './core.js';

/** A pod template that has a list of containers. The defaults of its types come from the schema. */
export function completeTemplate(template: PodTemplate | undefined): PodTemplate {
  return { ...template, spec: completeSpec(template?.spec) };
}

/** A pod's spec that has a list of containers. */
export function completeSpec(spec: PodSpec | undefined): PodSpec {
  return { ...spec, containers: spec?.containers ?? [] };
}
