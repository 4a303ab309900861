import { unsupported } from './causes.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

/** A CSIDriver. It is stored and has no effect: nothing is mounted. */
interface CsiDriver extends KubeObject {
  readonly spec: { readonly attachRequired?: boolean; readonly volumeLifecycleModes?: readonly string[] };
}

const MODES = ['Ephemeral', 'Persistent'];

export const csiDrivers = defineResource<CsiDriver>({
  group: 'storage.k8s.io',
  kind: 'CSIDriver',
  validate: ({ spec }) =>
    (spec.volumeLifecycleModes ?? [])
      .filter((mode) => !MODES.includes(mode))
      .map((mode) => unsupported('spec.volumeLifecycleModes', mode, MODES)),
  columns: [
    nameColumn<CsiDriver>(),
    { name: 'AttachRequired', type: 'boolean', value: ({ spec }) => spec.attachRequired ?? true },
    {
      name: 'Modes',
      type: 'string',
      value: ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
    },
    ageColumn<CsiDriver>(),
  ],
});
