import type { Actor } from '../../kernel/actor.js';
import { type Json, plainText } from './mask-secrets.js';

/** How an audited action ended. */
const auditOutcomes = ['SUCCEEDED', 'REJECTED', 'REFUSED', 'FAILED'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** Whether the text is an outcome. */
export function isAuditOutcome(text: string): text is AuditOutcome {
  return (auditOutcomes as readonly string[]).includes(text);
}

/** An entry of the audit log before it has its place in the chain. */
export interface AuditEntry {
  readonly id: string;
  readonly account: string;
  readonly at: Date;
  readonly actor: Actor;
  /** Field of the graph, e.g. `createCluster`, or another action such as `signIn`. */
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly requestId: string;
  /** Address of the client, if the gateway knows it. */
  readonly clientAddress?: string | undefined;
  readonly isDryRun?: boolean | undefined;
  /** Codes of the errors that ended the action. */
  readonly errorCodes?: readonly string[] | undefined;
  /** The object that the action changes or reads. */
  readonly objectId?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly operationId?: string | undefined;
  /** Positions in the account's event log before and after the change. */
  readonly resourceVersions?: { readonly before: bigint; readonly after: bigint } | undefined;
  /** `Audit-ID` of the requests to API servers of clusters that the action made. */
  readonly kubernetesAuditId?: string | undefined;
  /** The operation by which the engine acted on behalf of the actor. */
  readonly onBehalf?: boolean | undefined;
  /** Arguments with masked secrets; see mask-secrets.ts. */
  readonly input?: Json | undefined;
}

/** Maximum lengths of indexed columns. PostgreSQL rejects index entries of more than 2,704 bytes. */
const MAX_NAME_LENGTH = 256;

/** Maximum length of an entry; a longer input is omitted. */
const MAX_ENTRY_LENGTH = 32 * 1024;

/** The entry as the JSON that `audit.append` stores. */
export function auditText(entry: AuditEntry): string {
  const text = JSON.stringify(toJson(entry));
  return text.length > MAX_ENTRY_LENGTH ? JSON.stringify(toJson({ ...entry, input: '[omitted]' })) : text;
}

function toJson({ actor, ...entry }: AuditEntry): object {
  const { resourceVersions, errorCodes } = entry;
  return {
    account: entry.account,
    id: entry.id,
    at: entry.at.toISOString(),
    ...principalOf(actor),
    clientAddress: entry.clientAddress === undefined ? undefined : name(entry.clientAddress),
    requestId: name(entry.requestId),
    action: entry.action,
    outcome: entry.outcome,
    ...(entry.isDryRun && { dryRun: true }),
    errorCodes: errorCodes?.slice(0, 20).map((code) => name(code)),
    objectId: entry.objectId === undefined ? undefined : name(entry.objectId),
    clusterId: entry.clusterId === undefined ? undefined : name(entry.clusterId),
    operationId: entry.operationId === undefined ? undefined : name(entry.operationId),
    ...(resourceVersions && {
      resourceVersionBefore: resourceVersions.before.toString(),
      resourceVersionAfter: resourceVersions.after.toString(),
    }),
    kubernetesAuditId: entry.kubernetesAuditId,
    ...(entry.onBehalf && { onBehalf: true }),
    input: entry.input,
  };
}

function principalOf({ subject, issuer, groups, anonymous, keyId }: Actor): object {
  return {
    principal: name(subject),
    issuer: issuer === undefined ? undefined : name(issuer),
    groups: groups?.map((group) => name(group)),
    ...(anonymous && { isAnonymous: true }),
    keyId: keyId === undefined ? undefined : name(keyId),
  };
}

function name(text: string): string {
  return plainText(text, MAX_NAME_LENGTH);
}
