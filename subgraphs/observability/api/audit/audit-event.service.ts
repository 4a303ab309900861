import type { Platform } from '../../../../engine/platform.js';
import {
  type Page,
  type PageArguments,
  pageOf,
  pageRequest,
  throwInvalidCursor,
} from '../../../../kernel/page.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { AuditEventStore, AuditRow, AuditSelection } from '../../store/audit-event.store.js';
import { Cluster, Operation } from '../entities/entities.type.js';
import { AuditEvent, type AuditEventFilter } from './audit-event.type.js';

/** Maximum number of values of a list in a filter. */
const MAX_FILTER_VALUES = 100;

/** Reads the audit log of the caller's account. */
export class AuditEventService {
  constructor(
    private readonly cursors: Platform['cursors'],
    private readonly store: AuditEventStore,
  ) {}

  /** A page of entries, newest first. Throws PAGE_SIZE_EXCEEDED, INVALID_CURSOR and INVALID_INPUT. */
  async page(
    filter: AuditEventFilter,
    page: PageArguments & { context: RequestContext },
  ): Promise<Page<AuditRow>> {
    const { limit, key } = pageRequest(page);
    const query = { selection: selectionOf(filter), before: sequenceOf(key), limit: limit + 1 };
    return pageOf(await this.store.page(page.context.actor.account, query), limit);
  }

  count(filter: AuditEventFilter, { actor }: RequestContext): Promise<number> {
    return this.store.count(actor.account, selectionOf(filter));
  }

  /** The entry as the graph shows it. */
  toAuditEvent({ sequence, hash, record }: AuditRow, account: string): AuditEvent {
    const events = this.cursors.ofLists(account);
    const version = (position: bigint | undefined) =>
      position === undefined ? null : events.encode({ sequence: position });
    return Object.assign(new AuditEvent(), {
      id: record.id,
      cursor: this.cursorsOf(account).encode({ sequence }),
      sequence,
      hash: Buffer.from(hash).toString('hex'),
      at: record.at,
      subject: record.principal,
      groups: record.groups ?? [],
      clientAddress: record.clientAddress ?? null,
      requestId: record.requestId,
      action: record.action,
      outcome: record.outcome,
      errorCodes: record.errorCodes ?? [],
      dryRun: record.dryRun ?? false,
      objectId: record.objectId ?? null,
      cluster: entity(Cluster, record.clusterId),
      operation: entity(Operation, record.operationId),
      kubernetesAuditId: record.kubernetesAuditId ?? null,
      onBehalf: record.onBehalf ?? false,
      input: record.input ?? null,
      resourceVersionBefore: version(record.resourceVersionBefore),
      resourceVersionAfter: version(record.resourceVersionAfter),
    });
  }

  /** The cursors of audit events. They are signed for a name that no account has, so that no event stream accepts them. */
  private cursorsOf(account: string) {
    return this.cursors.of({ account: `${account} audit`, field: 'auditEvents' });
  }
}

/** Converts the filter for the store. Throws if a list is too long. */
function selectionOf(filter: AuditEventFilter): AuditSelection {
  const { subject, actions, outcomes, objectId, clusterId, from, to } = filter;
  if (actions && actions.length > MAX_FILTER_VALUES)
    throwProblem('INVALID_INPUT', `A filter may list at most ${MAX_FILTER_VALUES} actions.`, {
      path: ['filter', 'actions'],
    });
  return {
    subject: subject ?? undefined,
    actions: actions ?? undefined,
    outcomes: outcomes ?? undefined,
    objectId: objectId ?? undefined,
    clusterId: clusterId ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
  };
}

function sequenceOf(key: readonly string[] | undefined): bigint | undefined {
  if (!key) return undefined;
  const [text = ''] = key;
  return /^\d{1,18}$/.test(text) ? BigInt(text) : throwInvalidCursor('this list');
}

function entity<T extends { id: string }>(type: new () => T, id: string | undefined): T | null {
  return id === undefined ? null : Object.assign(new type(), { id });
}
