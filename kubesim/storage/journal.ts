import type { ClientBase, QueryConfig } from 'pg';
import type { Log } from '../../kernel/log.js';

/** A table and its statements for a batch of rows. */
export interface JournalTable {
  readonly name: string;
  /**
   * Upserts rows: one text array per column of the key (`$1` …), then the bodies in one text, each in a line of its own. In
   * an array each quotation mark of their JSON would be escaped, which costs more than to write it.
   */
  readonly upsert: string;
  /** Deletes rows, one text array per column of the key. */
  readonly remove: string;
}

/** Notified when all its writes up to a revision are durable. */
export interface RevisionOwner {
  readonly id: string;
  published(revision: number): void;
}

interface Write {
  readonly table: JournalTable;
  readonly key: readonly string[];
  /**
   * JSON in one line; undefined for a deletion. Called when the batch is written, so that a row that changed twice is
   * serialised once.
   */
  readonly body: (() => string) | undefined;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly writes: Map<string, Write>;
  readonly revisions: Map<RevisionOwner, number>;
  readonly done: Deferred;
}

const WRITE_REVISIONS = `
UPDATE kubesim.cluster SET revision = batch.revision
FROM unnest($1::text[], $2::bigint[]) AS batch (id, revision) WHERE cluster.id = batch.id`;

/** Maximum number of rows of one statement. */
const STATEMENT_ROWS = 2_000;

/**
 * Group commit. Writes are collected while the previous batch is being committed, then written in one transaction, so
 * that one flush serves all waiting writers. Batches commit in order: the durable state is always a prefix of the
 * writes.
 *
 * States: writing (`put`, `remove`, `durable`) until `fail` or `close`; after that all waiters are rejected.
 */
export class Journal {
  private next: Batch = newBatch();
  private flying: Promise<void> | undefined;
  private broken: Error | undefined;

  constructor(
    private readonly client: ClientBase,
    private readonly log: Log,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** Writes a row. `key` has the values of the key's columns; `body`, JSON in one line, is called when the batch is written. */
  put(table: JournalTable, key: readonly string[], body: () => string): void {
    this.write({ table, key, body });
  }

  /** Removes a row. */
  remove(table: JournalTable, key: readonly string[]): void {
    this.write({ table, key, body: undefined });
  }

  /** Notifies `owner` when all writes so far are durable, and stores its last revision. */
  mark(owner: RevisionOwner, revision: number): void {
    this.next.revisions.set(owner, revision);
    this.start();
  }

  /** Resolves when all writes so far are durable. Rejects if the journal fails. */
  durable(): Promise<void> {
    if (this.broken) return Promise.reject(this.broken);
    if (this.next.writes.size > 0 || this.next.revisions.size > 0) return this.next.done.promise;
    return this.flying ?? Promise.resolve();
  }

  /** Number of unwritten rows; callers reject new work if it grows. */
  get backlog(): number {
    return this.next.writes.size;
  }

  /** Writes the pending batch and closes. */
  async close(): Promise<void> {
    await this.durable().catch(() => undefined);
    this.fail(new Error('the journal is closed'), false);
  }

  /** Rejects all further writes: the session and its lease are lost. */
  fail(error: Error, report = true): void {
    if (this.broken) return;
    this.broken = error;
    this.next.done.promise.catch(() => undefined);
    this.next.done.reject(error);
    if (report) this.onFailure(error);
  }

  private write(write: Write): void {
    if (this.broken) return;
    this.next.writes.set(`${write.table.name}\u0000${write.key.join('\u0000')}`, write);
    this.start();
  }

  private start(): void {
    if (this.flying || this.broken) return;
    this.flying = new Promise((resolve, reject) => {
      // Later writes of the current turn of the event loop go into the same batch.
      setImmediate(() => void this.flush().then(resolve, reject));
    });
    this.flying.catch(() => undefined);
  }

  private async flush(): Promise<void> {
    const batch = this.next;
    this.next = newBatch();
    try {
      await this.commit(batch);
    } catch (error) {
      this.log.error({ err: error, rows: batch.writes.size }, 'writing the journal failed');
      batch.done.promise.catch(() => undefined);
      batch.done.reject(error);
      this.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    this.flying = undefined;
    for (const [owner, revision] of batch.revisions) owner.published(revision);
    batch.done.resolve();
    if (this.next.writes.size > 0 || this.next.revisions.size > 0) this.start();
  }

  private async commit(batch: Batch): Promise<void> {
    const { client } = this;
    // Serialize before the first await, so that later changes are not part of this batch.
    const statements = groups(batch.writes.values()).map((writes) => statementOf(writes));
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    if (batch.revisions.size > 0) {
      const ids = [...batch.revisions.keys()].map((owner) => owner.id);
      await client.query(WRITE_REVISIONS, [ids, [...batch.revisions.values()]]);
    }
    await client.query('COMMIT');
  }
}

/** One statement for writes of one kind to one table, with an array per column. */
function statementOf(writes: readonly Write[]): QueryConfig {
  const [first] = writes;
  if (!first) throw new Error('a group of writes is never empty');
  const values: (string[] | string)[] = first.key.map((_, index) =>
    writes.map((write) => write.key[index] ?? ''),
  );
  if (first.body) values.push(writes.map((write) => write.body?.() ?? 'null').join('\n'));
  const name = `${first.table.name}.${first.body ? 'upsert' : 'remove'}`;
  return { name, text: first.body ? first.table.upsert : first.table.remove, values };
}

function newBatch(): Batch {
  return { writes: new Map(), revisions: new Map(), done: deferred() };
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Groups the writes by statement, with at most STATEMENT_ROWS per group. */
function groups(writes: Iterable<Write>): Write[][] {
  const all = new Map<string, Write[][]>();
  for (const write of writes) {
    const key = `${write.table.name}.${write.body ? 'put' : 'remove'}`;
    const pieces = all.get(key) ?? [];
    all.set(key, pieces);
    const last = pieces.at(-1);
    if (last && last.length < STATEMENT_ROWS) last.push(write);
    else pieces.push([write]);
  }
  return [...all.values()].flat();
}
