import type { ArgumentKind, VerbName } from './access-rules.js';

/** The verb with which objects of a kind are visible: without it they are answered as absent. */
const readVerbs = {
  CLUSTER: 'clusters.read',
  COMPONENT: 'components.read',
  EIP: 'retainedResources.read',
  LOAD_BALANCER: 'retainedResources.read',
  NODE: 'nodes.read',
  NODE_POOL: 'nodePools.read',
  OPERATION: 'operations.read',
  SECURITY_GROUP: 'securityGroups.read',
  SUPPORT_TICKET: 'supportTickets.read',
  VPC: 'vpcs.read',
  VSWITCH: 'vSwitches.read',
  WORKLOAD: 'workloads.read',
} as const satisfies Readonly<Record<string, VerbName>>;

/** Kinds of objects that arguments name by their ids. */
export type IdKind = keyof typeof readVerbs;

export function readVerbOf(kind: IdKind): VerbName {
  return readVerbs[kind];
}

export function isIdKind(kind: ArgumentKind): kind is IdKind {
  return kind in readVerbs;
}
