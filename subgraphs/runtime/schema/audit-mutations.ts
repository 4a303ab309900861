import { type GraphQLField, GraphQLError, type GraphQLSchema, defaultFieldResolver } from 'graphql';
import { AuditDraft } from '../../../access/audit/audit-draft.js';
import type { AuditEntry, AuditOutcome } from '../../../access/audit/audit-entry.js';
import { maskSecrets } from '../../../access/audit/mask-secrets.js';
import { newId } from '../../../kernel/ids.js';
import { isRecord } from '../../../kernel/is-record.js';
import { currentRequestScope, runInRequestScope } from '../../../kernel/request-scope.js';
import { ProblemError } from '../../../kernel/result.js';
import type { RequestContext } from '../subgraph.js';

/** Where the mutations of a subgraph are audited. */
export interface MutationAudit {
  /** Time of an entry. */
  now(): Date;
  /** Writes an entry that no transaction of the mutation has written. */
  write(entry: AuditEntry): Promise<void>;
}

/** How a mutation ended. */
type Ending = Pick<AuditEntry, 'outcome' | 'errorCodes' | 'objectId' | 'clusterId'>;

/** Codes of errors by which a mutation is refused for want of a right. */
const REFUSALS: readonly string[] = ['UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE', 'FORBIDDEN'];

/**
 * Writes an entry of the audit log for each call of a mutation field, in the first transaction of the change (see
 * `eventTransaction`) or before the answer. Applied after `guardFields`, so that refusals are audited. When the entry cannot be
 * written, the mutation fails. Changes the schema.
 */
export function auditMutations(schema: GraphQLSchema, audit: MutationAudit): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) auditField(field, audit);
}

function auditField(field: GraphQLField<unknown, RequestContext>, audit: MutationAudit): void {
  const { name, resolve = defaultFieldResolver } = field;
  field.resolve = async (source, args: Readonly<Record<string, unknown>>, context, info) => {
    const draft = new AuditDraft({
      id: newId('auditEvent'),
      account: context.actor.account,
      at: audit.now(),
      actor: context.actor,
      action: name,
      outcome: 'FAILED',
      requestId: context.requestId,
      clientAddress: context.clientAddress,
      isDryRun: args['dryRun'] === true,
      input: maskSecrets(args['input'] ?? args),
      ...objectsOf(name, args['input']),
    });
    const write = (ending: Ending) => writeBeforeAnswer(audit, draft, ending);
    try {
      const payload: unknown = await draft.run(() => resolve(source, args, context, info));
      await write(endingOf(payload));
      return payload;
    } catch (error) {
      await write(failureOf(error));
      throw error;
    }
  };
}

/** Writes the entry unless a transaction has. The client's disconnect does not cancel it: the change may have been made. */
async function writeBeforeAnswer(audit: MutationAudit, draft: AuditDraft, ending: Ending): Promise<void> {
  if (draft.isWritten) return;
  draft.close();
  const write = () => audit.write({ ...draft.entry, ...draft.inCluster, ...ending });
  const scope = currentRequestScope();
  await (scope ? runInRequestScope({ ...scope, abortScope: undefined }, write) : write());
}

function endingOf(payload: unknown): Ending {
  const errors = isRecord(payload) ? payload['userErrors'] : undefined;
  const codes = Array.isArray(errors) ? errors.map((error: unknown) => codeOf(error)) : [];
  if (codes.length === 0) return { outcome: 'SUCCEEDED' };
  return { outcome: outcomeOf(codes), errorCodes: [...new Set(codes)] };
}

function failureOf(error: unknown): Ending {
  if (error instanceof ProblemError) {
    const codes = error.problems.map(({ code }) => code);
    return { outcome: outcomeOf(codes), errorCodes: [...new Set<string>(codes)] };
  }
  if (error instanceof GraphQLError && typeof error.extensions['code'] === 'string')
    return { outcome: outcomeOf([error.extensions['code']]), errorCodes: [error.extensions['code']] };
  return { outcome: 'FAILED' };
}

function outcomeOf(codes: readonly string[]): AuditOutcome {
  return codes.some((code) => REFUSALS.includes(code)) ? 'REFUSED' : 'REJECTED';
}

function codeOf(error: unknown): string {
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'INTERNAL_SERVER_ERROR';
}

/** Fields of an input that name where an object is, not the object. */
const PLACES: readonly string[] = ['regionId', 'zoneId', 'vpcId', 'clusterId'];

/** The object and the cluster that the input of a mutation names. What a mutation creates is named by its events. */
function objectsOf(mutation: string, input: unknown): Pick<AuditEntry, 'objectId' | 'clusterId'> {
  if (!isRecord(input)) return {};
  const clusterId = textOf(input['clusterId']);
  if (/^(create|open)/.test(mutation)) return { clusterId };
  const named = Object.keys(input).find((name) => /(^i|I)d$/.test(name) && !PLACES.includes(name));
  const listed = Object.keys(input).find((name) => name.endsWith('Ids'));
  const list = listed === undefined ? undefined : input[listed];
  const objectId =
    (named === undefined ? undefined : textOf(input[named])) ??
    textOf(Array.isArray(list) && list.length === 1 ? list[0] : undefined) ??
    clusterId;
  return { objectId, clusterId };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
