import { idResult } from '../../../../engine/operations/client-tokens.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import { changeInTransaction } from '../../../../engine/operations/change-transaction.js';
import type { Platform } from '../../../../engine/platform.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import { newId } from '../../../../kernel/ids.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { lockCluster } from '../../store/cluster.store.js';
import { eventOf } from '../../model/cluster-events.js';
import * as tickets from '../../store/support-ticket.store.js';
import type { CloseSupportTicketInput, OpenSupportTicketInput } from './support-ticket.type.js';

const MAX_TITLE = 200;
const MAX_TEXT = 10_000;
/** Maximum number of open tickets per cluster. */
const MAX_OPEN = 100;

/** Opens and closes support tickets. */
export class SupportTicketService {
  constructor(
    private readonly platform: Pick<Platform, 'database' | 'clock'>,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /**
   * Opens a ticket, also for a cluster whose version is not supported: its event then contains a warning. Rejects
   * with `NOT_FOUND`, `INVALID_INPUT`, and `INVALID_STATE` for a deleted cluster and one with 100 open tickets.
   */
  async open(
    actor: Actor,
    input: OpenSupportTicketInput,
    dryRun?: boolean | null,
  ): Promise<tickets.SupportTicketRow | null> {
    const problems = [
      ...lengthProblem(input.title, MAX_TITLE, 'title'),
      ...lengthProblem(input.text, MAX_TEXT, 'text'),
    ];
    if (problems.length > 0) throw new ProblemError(problems);
    const { versions } = await this.catalog.read();
    const versionUnsupported = (version: string) => !versions.status(version).minorSupported;
    return this.once({ actor, mutation: 'openSupportTicket', input, dryRun }, (tx, at) =>
      openTicket(tx, { actor, input, at, versionUnsupported }),
    );
  }

  /** Closes a ticket of the account. Rejects with `NOT_FOUND`, and with `INVALID_STATE` a closed ticket. */
  close(
    actor: Actor,
    input: CloseSupportTicketInput,
    dryRun?: boolean | null,
  ): Promise<tickets.SupportTicketRow | null> {
    return this.once({ actor, mutation: 'closeSupportTicket', input, dryRun }, async (tx, at) => {
      const path = ['input', 'id'];
      const [ticket] = await new tickets.SupportTicketStore(tx).byIds(actor.account, [input.id]);
      if (!ticket) return throwNotFound('SUPPORT_TICKET', input.id, path);
      if (!(await tickets.closeOpen(tx, ticket.id, at)))
        throwProblem('INVALID_STATE', `The ticket ${ticket.id} is closed already.`, { path });
      const data = { ticketId: ticket.id };
      const cluster = { id: ticket.clusterId };
      const event = eventOf({ cluster }, 'SUPPORT_TICKET_CLOSED', `The ticket "${ticket.title}" is closed.`, {
        data,
      });
      tx.emit(actor.account, event);
      return ticket.id;
    });
  }

  private async once(
    { actor: { account }, mutation, input, dryRun }: TicketRequest,
    work: (tx: EventTransaction, at: Date) => Promise<string>,
  ): Promise<tickets.SupportTicketRow | null> {
    const at = this.platform.clock.now();
    const request = { account, mutation, token: input.clientToken, input, at, dryRun, result: idResult };
    const { ticket } = await changeInTransaction(this.platform.database.prisma, request, {
      make: async (tx) => ({ id: await work(tx, at) }),
      read: async (database, { id }) => {
        const [row] = await new tickets.SupportTicketStore(database).byIds(account, [id]);
        return { ticket: row ?? null };
      },
    });
    if (!ticket && !dryRun)
      throwProblem(
        'NOT_FOUND',
        'The ticket that this clientToken opened is no longer kept. Send a new clientToken.',
      );
    return ticket;
  }
}

interface TicketRequest {
  readonly actor: Actor;
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
  readonly dryRun: boolean | null | undefined;
}

function lengthProblem(text: string, most: number, field: string): Problem[] {
  if (text.trim().length > 0 && text.length <= most) return [];
  const message = `${field} has 1 to ${most} characters.`;
  return [{ code: 'INVALID_INPUT', message, path: ['input', field] }];
}

interface OpenTicketRequest {
  readonly actor: Actor;
  readonly input: OpenSupportTicketInput;
  readonly at: Date;
  /** Whether a Kubernetes version is unsupported. */
  readonly versionUnsupported: (version: string) => boolean;
}

async function openTicket(
  tx: EventTransaction,
  { actor, input, at, versionUnsupported }: OpenTicketRequest,
): Promise<string> {
  const { account, subject } = actor;
  const { clusterId, kind, title, text } = input;
  const path = ['input', 'clusterId'];
  const cluster = await lockCluster(tx, account, clusterId);
  if (!cluster) return throwNotFound('CLUSTER', clusterId, path);
  if (cluster.deletedAt) throwProblem('INVALID_STATE', `The cluster ${clusterId} is deleted.`, { path });
  if ((await tickets.countOpen(tx, clusterId)) >= MAX_OPEN)
    throwProblem(
      'INVALID_STATE',
      `${MAX_OPEN} tickets of the cluster ${clusterId} are open. Close one first.`,
      {
        path,
      },
    );
  const id = newId('supportTicket');
  const { version } = cluster;
  await tickets.insertTicket(tx, {
    ...{ id, account, clusterId, kind, title, text, version, openedBy: subject, openedAt: at },
    state: 'OPEN',
    closedAt: null,
  });
  const warned = versionUnsupported(version);
  const warning = warned ? ` Kubernetes ${version} is not supported any more: no help is promised.` : '';
  const event = eventOf({ cluster }, 'SUPPORT_TICKET_OPENED', `The ticket "${title}" was opened.${warning}`, {
    level: warned ? 'WARNING' : 'INFO',
    data: { ticketId: id, kind, versionUnsupported: warned },
  });
  tx.emit(account, event);
  return id;
}
