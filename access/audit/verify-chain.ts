import { createHash } from 'node:crypto';
import type { Database } from '../../kernel/postgres/database.js';
import { isRecord } from '../../kernel/is-record.js';
import type { ChainHead, HeadKey } from './signed-heads.js';

/** What is wrong with a row, or between two rows, of an audit log. */
export interface AuditFault {
  readonly account: string;
  readonly kind: 'MISSING' | 'CHANGED' | 'REORDERED' | 'HEAD';
  /** First and last sequence of the rows concerned. */
  readonly from: bigint;
  readonly to: bigint;
  readonly message: string;
}

/** The result of a verification. */
export interface AuditVerification {
  readonly accounts: number;
  readonly rows: number;
  readonly heads: number;
  /** Faults of all accounts, in the order of their rows; at most 100 of an account. */
  readonly faults: readonly AuditFault[];
}

interface Chain {
  readonly account: string;
  readonly lastSequence: bigint;
  readonly lastHash: Uint8Array;
  readonly prunedSequence: bigint;
  readonly prunedHash: Uint8Array;
}

interface ChainRow {
  readonly sequence: bigint;
  readonly id: string;
  readonly principal: string;
  readonly action: string;
  readonly outcome: string;
  readonly objectId: string | null;
  readonly clusterId: string | null;
  readonly at: Date;
  readonly record: string;
  readonly hash: Uint8Array;
}

type SignedHead = ChainHead & { readonly keyId: string; readonly signature: Uint8Array };

/** Rows that are read in one statement. */
const BATCH = 1_000;
const MAX_FAULTS = 100;

/**
 * Recomputes the chains of all accounts, or of one, and compares them with the signed heads. A changed row contradicts its hash;
 * a row that was removed leaves a gap, and one that was moved names another sequence in its record. A chain that was computed
 * again after a change contradicts the signature of the next head.
 */
export async function verifyAuditLog(
  database: Database,
  key: HeadKey,
  account?: string,
): Promise<AuditVerification> {
  const chains = await database.auditChain.findMany({
    where: account === undefined ? {} : { account },
    orderBy: { account: 'asc' },
  });
  const faults: AuditFault[] = [];
  let [rows, heads] = [0, 0];
  for (const chain of chains) {
    const verifier = new ChainVerifier(chain, await headsOf(database, chain.account), key);
    await verifier.run(database);
    faults.push(...verifier.faults);
    rows += verifier.rows;
    heads += verifier.heads;
  }
  return { accounts: chains.length, rows, heads, faults: [...faults, ...(await orphans(database, account))] };
}

function headsOf(database: Database, account: string): Promise<SignedHead[]> {
  return database.auditHead.findMany({ where: { account }, orderBy: { sequence: 'asc' } });
}

/** Accounts with rows but without a chain, whose end is unknown. */
async function orphans(database: Database, account: string | undefined): Promise<AuditFault[]> {
  const found = await database.$queryRaw<{ account: string; first: bigint; last: bigint }[]>`
    SELECT account, min(sequence) AS first, max(sequence) AS last FROM audit.event
    WHERE account NOT IN (SELECT account FROM audit.chain) AND account = coalesce(${account ?? null}, account)
    GROUP BY account ORDER BY account`;
  return found.map(({ account, first, last }) => ({
    account,
    kind: 'MISSING',
    from: BigInt(first),
    to: BigInt(last),
    message: 'the end of the chain is missing from audit.chain',
  }));
}

/** Verifies one chain, row by row. */
class ChainVerifier {
  readonly faults: AuditFault[] = [];
  rows = 0;
  heads = 0;
  private position: bigint;
  /** Hash of the row before; undefined when it is not known. */
  private hash: Uint8Array | undefined;
  /** Heads before this index are of rows that were verified: rows and heads are read in the same order. */
  private nextHead = 0;
  private readonly hasSignature: readonly boolean[];

  constructor(
    private readonly chain: Chain,
    private readonly signed: readonly SignedHead[],
    private readonly key: HeadKey,
  ) {
    this.hasSignature = signed.map((head) => head.keyId === key.id && key.verifies(head, head.signature));
    this.position = chain.prunedSequence;
    this.hash = chain.prunedHash;
  }

  async run(database: Database): Promise<void> {
    this.checkSignatures();
    this.checkAnchor();
    // Rows that are appended meanwhile are after the end that `chain` names.
    const { account, lastSequence } = this.chain;
    let after = -1n;
    for (;;) {
      const rows: ChainRow[] = await database.auditEvent.findMany({
        where: { account, sequence: { gt: after, lte: lastSequence } },
        orderBy: { sequence: 'asc' },
        take: BATCH,
      });
      for (const row of rows) this.row(row);
      after = rows.at(-1)?.sequence ?? after;
      if (rows.length < BATCH) break;
    }
    this.end();
  }

  private row(row: ChainRow): void {
    this.rows += 1;
    if (row.sequence <= this.chain.prunedSequence) {
      this.fault('CHANGED', row.sequence, row.sequence, 'the row was added before the anchor of the chain');
      return;
    }
    if (row.sequence > this.position + 1n) {
      this.fault('MISSING', this.position + 1n, row.sequence - 1n, 'removed');
      this.hash = undefined;
    }
    const { sequence: at, hash } = row;
    this.position = at;
    const record = parsed(row.record);
    const named = record?.['sequence'];
    if (typeof named === 'number' && BigInt(named) !== at) {
      this.fault('REORDERED', at, at, `row ${named} stands in the place of row ${at}`);
      this.hash = undefined;
      return;
    }
    this.checkHash(row, record);
    this.hash = hash;
    this.checkHead(row);
  }

  private checkHash(row: ChainRow, record: Readonly<Record<string, unknown>> | undefined): void {
    const at = row.sequence;
    const isIntact = this.hash === undefined || hashOf(this.hash, row.record).equals(row.hash);
    if (!isIntact)
      this.fault(
        'CHANGED',
        at,
        at,
        'the row contradicts its hash, or the hash of the row before it was changed',
      );
    else if (!record || !agrees(row, record, this.chain.account))
      this.fault('CHANGED', at, at, 'a column contradicts the record');
  }

  private checkHead({ sequence, hash }: ChainRow): void {
    while ((this.signed[this.nextHead]?.sequence ?? sequence) < sequence) this.nextHead += 1;
    const head = this.signed[this.nextHead];
    if (head?.sequence !== sequence || !this.hasSignature[this.nextHead]) return;
    if (Buffer.from(head.hash).equals(hash)) return;
    const before = this.signed[this.nextHead - 1]?.sequence ?? this.chain.prunedSequence;
    const message = 'the chain was computed again: it contradicts the signed head';
    this.fault('HEAD', before + 1n, sequence, message);
  }

  private checkSignatures(): void {
    for (const [index, head] of this.signed.entries()) {
      this.heads += 1;
      if (!this.hasSignature[index])
        this.fault(
          'HEAD',
          head.sequence,
          head.sequence,
          `the head is not signed by the key ${this.key.id}, but by ${head.keyId}`,
        );
    }
  }

  /** Rows are deleted after their retention up to a signed head, which stays. */
  private checkAnchor(): void {
    const { prunedSequence, prunedHash } = this.chain;
    if (prunedSequence === 0n) return;
    const index = this.signed.findIndex(({ sequence }) => sequence >= prunedSequence);
    const head = this.signed[index];
    const confirms = head?.sequence === prunedSequence && this.hasSignature[index] === true;
    if (!confirms || !Buffer.from(head.hash).equals(prunedHash))
      this.fault('HEAD', 1n, prunedSequence, 'no signed head confirms the deletion of these rows');
  }

  private end(): void {
    const { lastSequence, lastHash } = this.chain;
    const newest = this.signed.at(-1);
    const last = newest && newest.sequence > lastSequence ? newest.sequence : lastSequence;
    if (this.position < last) this.fault('MISSING', this.position + 1n, last, 'removed from the end');
    else if (this.hash && !Buffer.from(lastHash).equals(this.hash))
      this.fault('CHANGED', this.position, this.position, 'the last row contradicts the end of the chain');
  }

  private fault(kind: AuditFault['kind'], from: bigint, to: bigint, message: string): void {
    if (this.faults.length < MAX_FAULTS)
      this.faults.push({ account: this.chain.account, kind, from, to, message });
  }
}

function hashOf(previous: Uint8Array, record: string): Buffer {
  return createHash('sha256').update(previous).update(record).digest();
}

function parsed(record: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(record);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the columns for filters are those of the record. */
function agrees(row: ChainRow, record: Readonly<Record<string, unknown>>, account: string): boolean {
  const { id, principal, action, outcome, objectId, clusterId, at } = row;
  const columns = { account, id, principal, action, outcome, objectId, clusterId, at: at.toISOString() };
  return Object.entries(columns).every(([name, value]) => (record[name] ?? null) === value);
}
