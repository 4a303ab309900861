import { changeCauses, duplicate, unsupported } from '../schema/causes.js';
import type { KubeObject } from './object.js';
import { tokenDurationCauses } from './pod-volume-rules.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** A CSIDriver. It is stored and has no effect: nothing is mounted. */
interface CsiDriver extends KubeObject {
  readonly spec: {
    readonly attachRequired?: boolean;
    readonly volumeLifecycleModes?: readonly string[];
    readonly fsGroupPolicy?: string;
    readonly tokenRequests?: readonly { readonly audience?: string; readonly expirationSeconds?: number }[];
  };
}

const MODES = ['Ephemeral', 'Persistent'];

const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];

type Spec = CsiDriver['spec'];

function specCauses({ volumeLifecycleModes = [], fsGroupPolicy, tokenRequests = [] }: Spec): Cause[] {
  return [
    ...(fsGroupPolicy === undefined || GROUP_POLICIES.includes(fsGroupPolicy)
      ? []
      : [unsupported('spec.fsGroupPolicy', fsGroupPolicy, GROUP_POLICIES)]),
    ...tokenRequests.flatMap(({ audience = '', expirationSeconds }, index) => {
      const path = `spec.tokenRequests[${index}]`;
      const isTwice = tokenRequests.findIndex((other) => (other.audience ?? '') === audience) < index;
      return isTwice
        ? [duplicate(`${path}.audience`, audience)]
        : tokenDurationCauses(expirationSeconds, `${path}.expirationSeconds`);
    }),
    ...volumeLifecycleModes
      .filter((mode) => !MODES.includes(mode))
      .map((mode) => unsupported('spec.volumeLifecycleModes', mode, MODES)),
  ];
}

function fixedCauses(spec: Spec, old: Spec): Cause[] {
  return [
    // API servers call the field so.
    ...changeCauses('spec.attachedRequired', spec.attachRequired, old.attachRequired),
    ...changeCauses('spec.volumeLifecycleModes', spec.volumeLifecycleModes, old.volumeLifecycleModes),
  ];
}

export const csiDrivers = defineResource<CsiDriver>({
  group: 'storage.k8s.io',
  kind: 'CSIDriver',
  validate: ({ spec }, old) => [...specCauses(spec), ...(old ? fixedCauses(spec, old.spec) : [])],
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
