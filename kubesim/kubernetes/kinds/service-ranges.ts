import { isIP } from 'node:net';
import { changeCauses, invalidValue, required } from '../schema/causes.js';
import { rangeCauses } from './network-policy-rules.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

const GROUP = 'networking.k8s.io';

/** A ServiceCIDR: addresses of Services. Addresses come from that of the cluster only. */
export interface ServiceRange extends KubeObject {
  readonly spec: { readonly cidrs?: readonly string[] };
  readonly status?: unknown;
}

export const serviceRanges = defineResource<ServiceRange>({
  group: GROUP,
  kind: 'ServiceCIDR',
  defaults: (range) => ({ ...range, spec: range.spec ?? {}, status: range.status ?? {} }),
  validate: ({ spec: { cidrs = [] } }, old) => [
    ...(cidrs.length === 0 ? [required('spec.cidrs', 'at least one CIDR required')] : []),
    ...(cidrs.length > 2
      ? [invalidValue('spec.cidrs', cidrs, 'may only hold up to 2 values')]
      : cidrs.flatMap((cidr, index) => rangeCauses(`spec.cidrs[${index}]`, cidr))),
    ...(cidrs.length === 2 && cidrs[0]?.includes(':') === cidrs[1]?.includes(':')
      ? [
          invalidValue(
            'spec.cidrs',
            cidrs,
            'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96',
          ),
        ]
      : []),
    ...(old ? changeCauses('spec.cidrs', cidrs, old.spec.cidrs) : []),
  ],
  columns: [
    nameColumn<ServiceRange>(),
    { name: 'CIDRs', type: 'string', value: ({ spec }) => (spec.cidrs ?? []).join(',') },
    ageColumn<ServiceRange>(),
  ],
});

/** An IPAddress: the address of an object. None is kept for the addresses of Services. */
interface Address extends KubeObject {
  readonly spec: {
    readonly parentRef?: {
      readonly group?: string;
      readonly resource?: string;
      readonly namespace?: string;
      readonly name?: string;
    };
  };
}

export const addresses = defineResource<Address>({
  group: GROUP,
  kind: 'IPAddress',
  validate: ({ metadata, spec: { parentRef } = {} as Address['spec'] }, old) => [
    ...(isIP(metadata.name)
      ? []
      : [invalidValue('metadata.name', metadata.name, 'must be a valid IP address')]),
    ...(parentRef ? [] : [required('spec.parentRef')]),
    ...(old ? changeCauses('spec.parentRef', parentRef, old.spec.parentRef) : []),
  ],
  columns: [nameColumn<Address>(), { name: 'ParentRef', type: 'string', value: parentText }],
});

function parentText({ spec: { parentRef = {} } }: Address): string {
  const { group, resource = '', namespace, name = '' } = parentRef;
  const kind = group ? `${resource}.${group}` : resource;
  return [kind, ...(namespace ? [namespace] : []), name].join('/');
}
