import type { PodTemplate } from './core.js';
import { annotationCauses, labelCauses } from './metadata-rules.js';
import { podAnnotationCauses } from './pod-annotation-rules.js';
import { podSpecCauses } from './pod-spec-rules.js';
import type { Cause } from './resource.js';

/** Validates the template of pods at `path`. */
export function podTemplateCauses({ metadata, spec }: PodTemplate, path: string): Cause[] {
  return [
    ...labelCauses(`${path}.labels`, metadata?.labels),
    ...annotationCauses(`${path}.annotations`, metadata?.annotations),
    ...podAnnotationCauses(metadata?.annotations, spec, `${path}.annotations`),
    ...podSpecCauses(spec, `${path}.spec`),
  ];
}
