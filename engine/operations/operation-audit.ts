import { currentAuditDraft } from '../../access/audit/audit-draft.js';
import type { AuditEntry, AuditOutcome } from '../../access/audit/audit-entry.js';
import { newId } from '../../kernel/ids.js';
import type { Problem } from '../../kernel/result.js';
import type { Prisma } from '../../prisma/generated/client.js';
import type { OperationState } from '../contract.js';
import { type OperationRow, requesterSchema } from './operation-row.js';

/** The column that names the caller of the running mutation; none for operations that the platform starts by itself. */
export function requestedBy(): { readonly requestedBy?: Prisma.InputJsonObject } {
  const entry = currentAuditDraft()?.entry;
  if (!entry) return {};
  const { subject, issuer, groups } = entry.actor;
  const { requestId, clientAddress } = entry;
  return {
    requestedBy: {
      subject,
      requestId,
      ...(issuer !== undefined && { issuer }),
      ...(groups && { groups: [...groups] }),
      ...(clientAddress !== undefined && { clientAddress }),
    },
  };
}

const OUTCOMES: Partial<Readonly<Record<OperationState, AuditOutcome>>> = {
  FAILED: 'FAILED',
  CANCELED: 'REJECTED',
};

/** The entry of the end of an operation, on behalf of its caller; undefined if the platform started it. */
export function operationEntry(
  row: OperationRow,
  error: Problem | undefined,
  at: Date,
): AuditEntry | undefined {
  if (!row.requestedBy) return undefined;
  const { subject, issuer, groups, requestId, clientAddress } = requesterSchema.parse(row.requestedBy);
  const { account, id, type, state, targetId, clusterId } = row;
  return {
    ...{ id: newId('auditEvent'), account, at, requestId, clientAddress, onBehalf: true },
    actor: { account, subject, ...(issuer !== undefined && { issuer }), ...(groups && { groups }) },
    ...{
      action: 'finishOperation',
      outcome: OUTCOMES[state] ?? 'SUCCEEDED',
      errorCodes: error && [error.code],
    },
    ...{ objectId: targetId, clusterId: clusterId ?? undefined, operationId: id },
    input: { type, state },
  };
}
