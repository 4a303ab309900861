import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Sorting } from '../../../kernel/sorting.js';
import type { SupportTicket } from '../../../prisma/generated/client.js';
import { SUPPORT_TICKET_KINDS, SUPPORT_TICKET_STATES } from '../model/support-ticket.enums.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children } from './children.js';

const checks = { kind: oneOf(SUPPORT_TICKET_KINDS), state: oneOf(SUPPORT_TICKET_STATES) };

export type SupportTicketRow = CheckedRow<SupportTicket, typeof checks>;

const checkTickets = checkedColumns('clusters.support_ticket', 'id', checks);

export type SupportTicketOrderField = 'OPENED_AT';

const sorting: Sorting<SupportTicketRow, SupportTicketOrderField> = {
  byId: 'DESC',
  columns: {
    OPENED_AT: {
      column: 'opened_at',
      type: 'timestamptz',
      value: ({ openedAt }) => openedAt.toISOString(),
    },
  },
};

const byCluster: ChildTable = {
  table: 'clusters.support_ticket',
  columns: `id, account, cluster_id AS "clusterId", kind, title, text, state, version, opened_by AS "openedBy",
    opened_at AS "openedAt", closed_at AS "closedAt"`,
  parent: 'cluster_id',
};

/** Reads support tickets. */
export class SupportTicketStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<SupportTicketRow[]> =>
    this.database.supportTicket.findMany({ where: { account, id: { in: [...ids] } } }).then(checkTickets);

  /** Tickets of clusters, newest first. */
  readonly ofClusters: Children<SupportTicketRow, SupportTicketOrderField> = {
    byIds: this.byIds,
    sorting,
    pages: (query) => selectChildPages<SupportTicketRow>(this.database, byCluster, query).then(checkTickets),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (ticket) => ticket.clusterId,
  };
}

export async function insertTicket(tx: Transaction, ticket: SupportTicketRow): Promise<void> {
  await tx.supportTicket.create({ data: ticket });
}

/** Counts the open tickets of the cluster. */
export function countOpen(tx: Transaction, clusterId: string): Promise<number> {
  return tx.supportTicket.count({ where: { clusterId, state: 'OPEN' } });
}

/** Closes the ticket; false if it was not open. */
export async function closeOpen(tx: Transaction, id: string, closedAt: Date): Promise<boolean> {
  const { count } = await tx.supportTicket.updateMany({
    where: { id, state: 'OPEN' },
    data: { state: 'CLOSED', closedAt },
  });
  return count > 0;
}
