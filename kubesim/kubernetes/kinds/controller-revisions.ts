import type { PodTemplate } from './core.js';
import { changeCauses, negativeCauses, required } from '../schema/causes.js';
import { controllerOf, type KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

/** A version of the pod template of a StatefulSet or DaemonSet. */
export interface ControllerRevision extends KubeObject {
  /** A strategic merge patch that restores the version. */
  readonly data: { readonly spec: { readonly template: PodTemplate & { readonly $patch?: 'replace' } } };
  readonly revision: number;
}

export const controllerRevisions = defineResource<ControllerRevision>({
  group: 'apps',
  kind: 'ControllerRevision',
  validate: (revision, old) => [
    ...negativeCauses('revision', revision.revision),
    ...((revision.data as unknown) === undefined
      ? [required('data', 'data must be a valid JSON object')]
      : []),
    ...(old ? changeCauses('data', revision.data, old.data) : []),
  ],
  columns: [
    nameColumn<ControllerRevision>(),
    { name: 'Controller', type: 'string', value: controllerText },
    { name: 'Revision', type: 'integer', value: ({ revision }) => revision },
    ageColumn<ControllerRevision>(),
  ],
});

function controllerText(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.split('/');
  return `${owner.kind.toLowerCase()}.${group}/${owner.name}`;
}
