import { refuse } from '../../../kernel/result.js';

/** Network resources that mutations name, and where to find their ids. */
const KINDS = {
  VPC: ['VPC', 'Query.vpcs lists the VPCs of the account.'],
  VSWITCH: ['vSwitch', 'Vpc.vSwitches lists the vSwitches of a VPC.'],
  SECURITY_GROUP: ['security group', 'Vpc.securityGroups lists the security groups of a VPC.'],
  LOAD_BALANCER: ['load balancer', 'Cluster.resources lists the load balancers of a cluster.'],
  EIP: ['public address (EIP)', 'Cluster.resources lists the public addresses of a cluster.'],
} as const;
const SHOWN = 60;

export type NetworkResourceKind = keyof typeof KINDS;

/** Refuses `NOT_FOUND`: the account has no resource of this kind and id. */
export function noSuch(kind: NetworkResourceKind, id: string, path: readonly string[]): never {
  const [name, hint] = KINDS[kind];
  return refuse('NOT_FOUND', `The account has no ${name} ${id.slice(0, SHOWN)}. ${hint}`, { path });
}

/** The kind as messages name it, e.g. `security group`. */
export function nameOf(kind: NetworkResourceKind): string {
  return KINDS[kind][0];
}
