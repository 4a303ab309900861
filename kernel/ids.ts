import { TypeID, typeid } from 'typeid-js';

/** Prefix of the ids of each kind. */
const idPrefixes = {
  cluster: 'cluster',
  clusterCheck: 'check',
  component: 'component',
  nodePool: 'nodepool',
  node: 'node',
  nodeRepair: 'noderepair',
  operation: 'operation',
  event: 'event',
  auditEvent: 'auditevent',
  quotaApplication: 'quotaapplication',
  vpc: 'vpc',
  vSwitch: 'vsw',
  securityGroup: 'sg',
  cloudResource: 'resource',
  incident: 'incident',
  supportTicket: 'ticket',
  permission: 'permission',
  role: 'role',
  accessRequest: 'accessrequest',
  serviceAccount: 'serviceaccount',
  serviceAccountKey: 'serviceaccountkey',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** A new id of the kind, e.g. `cluster_01h455vb4pex5vsknk084sn02q`: a TypeID, so ids sort by creation time. */
export function newId(kind: IdKind): string {
  return typeid(idPrefixes[kind]).toString();
}

/** Whether the text is a well-formed id of the kind; an object with this id need not exist. */
export function isId(kind: IdKind, text: string): boolean {
  try {
    return TypeID.fromString(text, idPrefixes[kind]).getType() === idPrefixes[kind];
  } catch {
    return false;
  }
}
