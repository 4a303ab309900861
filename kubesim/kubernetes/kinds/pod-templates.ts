import type { PodTemplate as Template } from './core.js';
import type { KubeObject } from './object.js';
import { podTemplateCauses } from './pod-template-rules.js';
import { completeTemplate } from './pod-template.js';
import { defineResource } from './resource.js';

/** A stored PodTemplate. It has no effect, in Kubernetes either. */
interface PodTemplate extends KubeObject {
  readonly template: Template;
}

export const podTemplates = defineResource<PodTemplate>({
  kind: 'PodTemplate',
  defaults: (object) => ({ ...object, template: completeTemplate(object.template) }),
  validate: ({ template }) => podTemplateCauses(template, 'template'),
});
