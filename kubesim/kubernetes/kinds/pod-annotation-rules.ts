import { invalidValue } from '../schema/causes.js';
import type { PodSpec } from './core.js';
import type { Metadata } from './object.js';
import type { Cause } from './resource.js';

/** Says that a kubelet runs the pod by a file of its own. */
const MIRROR = 'kubernetes.io/config.mirror';

/** Validates the annotations at `path` that Kubernetes reads of a pod. */
export function podAnnotationCauses(
  annotations: Metadata['annotations'] = {},
  { nodeName }: Pick<PodSpec, 'nodeName'>,
  path: string,
): Cause[] {
  const mirror = annotations[MIRROR];
  if (mirror === undefined || nodeName) return [];
  return [
    invalidValue(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'),
  ];
}
