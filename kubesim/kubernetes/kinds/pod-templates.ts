import type { PodTemplate as Template } from './core.js';
import type { KubeObject } from './object.js';
import { podSpecCauses } from './pod-spec-rules.js';
import { completeTemplate } from './pod-template.js';
import { defineResource } from './resource.js';

/** A stored PodTemplate. It has no effect, in Kubernetes either. */
interface PodTemplate extends KubeObject {
  readonly template: Template;
}

export const podTemplates = defineResource<PodTemplate>({
  kind: 'PodTemplate',
  defaults: (object) => ({ ...object, template: completeTemplate(object.template) }),
  validate: ({ template }) => podSpecCauses(template.spec, 'template.spec'),
});
