import { changeCauses } from '../schema/causes.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

const GROUP = 'resource.k8s.io';

/** A DeviceClass. It is stored and has no effect: no device is allocated. */
export const deviceClasses = defineResource({ group: GROUP, kind: 'DeviceClass', generation: true });

interface Claim extends KubeObject {
  readonly spec: unknown;
  readonly status?: { readonly allocation?: unknown; readonly reservedFor?: readonly unknown[] };
}

/** A ResourceClaim. It is stored and has no effect. */
export const resourceClaims = defineResource<Claim>({
  group: GROUP,
  kind: 'ResourceClaim',
  defaults: (claim) => ({ ...claim, spec: claim.spec ?? {}, status: claim.status ?? {} }),
  validate: ({ spec }, old) => (old ? changeCauses('spec', spec, old.spec) : []),
  columns: [nameColumn<Claim>(), { name: 'State', type: 'string', value: stateText }, ageColumn<Claim>()],
});

function stateText({ metadata, status }: Claim): string {
  const states = [
    ...(metadata.deletionTimestamp ? ['deleted'] : []),
    ...(status?.allocation ? ['allocated'] : []),
    ...(status?.reservedFor?.length ? ['reserved'] : []),
  ];
  return (status?.allocation ? states : [...states, 'pending']).join(',');
}

interface ClaimTemplate extends KubeObject {
  readonly spec: unknown;
}

/** A ResourceClaimTemplate. It is stored and has no effect. */
export const resourceClaimTemplates = defineResource<ClaimTemplate>({
  group: GROUP,
  kind: 'ResourceClaimTemplate',
  validate: ({ spec }, old) => (old ? changeCauses('spec', spec, old.spec) : []),
});

interface Slice extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly driver?: string;
    readonly pool?: { readonly name?: string };
  };
}

/** A ResourceSlice: the devices of a node. It is stored and has no effect. */
export const resourceSlices = defineResource<Slice>({
  group: GROUP,
  kind: 'ResourceSlice',
  generation: true,
  defaults: (slice) => ({ ...slice, spec: slice.spec ?? {} }),
  columns: [
    nameColumn<Slice>(),
    { name: 'Node', type: 'string', value: ({ spec }) => spec.nodeName ?? '' },
    { name: 'Driver', type: 'string', value: ({ spec }) => spec.driver ?? '' },
    { name: 'Pool', type: 'string', value: ({ spec }) => spec.pool?.name ?? '' },
    ageColumn<Slice>(),
  ],
});
