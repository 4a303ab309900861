import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { AuditOutcome as Outcome } from '../../../../access/audit/audit-entry.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { BigIntScalar, EventCursorScalar, JSONScalar } from '../../../runtime/graph/scalars.js';
import { Cluster, Operation } from '../entities/entities.type.js';

const AuditOutcome = graphEnum<Outcome>('AuditOutcome', 'How an audited action ended.', {
  SUCCEEDED: 'The action was done.',
  REJECTED: 'The input or the state of the object did not allow the action.',
  REFUSED: 'The caller has no right to the action.',
  FAILED: 'The action ended with an internal error.',
});

@ObjectType({
  description:
    'An entry of the audit log of the account: who did what, from where, and with which result. Entries cannot be changed or deleted.',
})
export class AuditEvent {
  @Field(() => ID, { description: 'Id of the entry, `auditevent_…`.' })
  id: string;

  @Field(() => EventCursorScalar, {
    description: 'Position of the entry: `after` of the subscription auditEvents resumes after it.',
  })
  cursor: string;

  @Field(() => BigIntScalar, { description: 'Number of the entry in the chain of the account, from 1.' })
  sequence: bigint;

  @Field(() => String, {
    description:
      'Hash in the chain, in hexadecimal: SHA-256 of the hash of the previous entry and this entry as JSON.',
  })
  hash: string;

  @Field(() => Date, { description: 'Time at which the action began.' })
  at: Date;

  @Field(() => String, { description: 'Subject of the token of the caller.' })
  subject: string;

  @Field(() => [String], { description: 'Groups of the caller.' })
  groups: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: 'Network address of the client. Null if the gateway does not know it.',
  })
  clientAddress: string | null;

  @Field(() => ID, {
    description: 'Id of the request: the header `X-Request-Id` of its response, and `requestId` in logs.',
  })
  requestId: string;

  @Field(() => String, { description: 'Field of the graph, e.g. `createCluster`, or another action.' })
  action: string;

  @Field(() => AuditOutcome, { description: 'How the action ended.' })
  outcome: Outcome;

  @Field(() => [String], { description: 'Codes of the errors with which it ended. Empty if it succeeded.' })
  errorCodes: readonly string[];

  @Field(() => Boolean, { description: 'Whether it was a dry run, which changes nothing.' })
  dryRun: boolean;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the object that was created, changed or read. Null if there is none.',
  })
  objectId: string | null;

  @Field(() => Cluster, {
    nullable: true,
    description: 'Cluster of the object. Null if it belongs to none, or the cluster no longer exists.',
  })
  cluster: Cluster | null;

  @Field(() => Operation, { nullable: true, description: 'Operation that the action started.' })
  operation: Operation | null;

  @Field(() => ID, {
    nullable: true,
    description:
      '`auditID` in the audit logs of the API servers of clusters, of the requests that the action made there. Null if it made none.',
  })
  kubernetesAuditId: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the engine acted on behalf of the caller: the entry is of the end of an operation that the caller started.',
  })
  onBehalf: boolean;

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Input of the action. Secrets are masked, long texts and lists are truncated.',
  })
  input: unknown;

  @Field(() => EventCursorScalar, {
    nullable: true,
    description: "Position of the account's event log before the change. Null without a change.",
  })
  resourceVersionBefore: string | null;

  @Field(() => EventCursorScalar, {
    nullable: true,
    description: "Position of the account's event log after the change. Null without a change.",
  })
  resourceVersionAfter: string | null;
}

export const AuditEventConnection = connectionOf('AuditEvent', () => AuditEvent);

@InputType({ description: 'Filter of audit events; all conditions are combined with AND.' })
export class AuditEventFilter {
  @Field(() => String, { nullable: true, description: 'Actions of the caller with this subject.' })
  subject?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'One of these actions, e.g. `createCluster`; at most 100.',
  })
  actions?: string[] | null;

  @Field(() => [AuditOutcome], { nullable: true, description: 'Actions that ended in one of these ways.' })
  outcomes?: Outcome[] | null;

  @Field(() => ID, { nullable: true, description: 'Actions on this object.' })
  objectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Actions on this cluster or on objects of it.' })
  clusterId?: string | null;

  @Field(() => Date, { nullable: true, description: 'Actions at this time or later.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Actions before this time.' })
  to?: Date | null;
}

/** Arguments of the list of audit events. */
@ArgsType()
export class AuditEventPageArgs extends PageArgs {
  @Field(() => AuditEventFilter, { nullable: true, description: 'Filter. Default: all entries.' })
  filter?: AuditEventFilter | null;
}
