import type { ClientBase, QueryConfig } from 'pg';
import type { Log } from '../../kernel/log.js';

/** A table of the journal: how a batch of its rows is written and removed. Both statements take arrays of columns. */
export interface JournalTable {
  readonly name: string;
  /** Writes rows, given as one text array a column (`$1` …), the key's columns first. */
  readonly upsert: string;
  /** Removes rows, given as one text array a column of the key. */
  readonly remove: string;
}

/** Called when everything that it wrote up to the revision is durable. */
export interface RevisionOwner {
  readonly id: string;
  published(revision: number): void;
}

interface Write {
  readonly table: JournalTable;
  readonly key: readonly string[];
  /** Undefined when the row is removed. Read when the batch is written, so that a row changed twice is made once. */
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
UPDATE kubesim.cluster SET revision = given.revision
FROM unnest($1::text[], $2::bigint[]) AS given (id, revision) WHERE cluster.id = given.id`;

/** Rows in one statement at the most. */
const STATEMENT_ROWS = 2_000;

/**
 * Group commit. Writes are collected while the batch before them is on its way to the disk, then written together in
 * one transaction, so a commit costs one flush however many writers wait for it. Batches commit in order: what is
 * durable is always a prefix of what was written.
 *
 * States: writing (`put`, `remove`, `durable`) until `fail` or `close`; after that everything that waits is refused.
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

  /** Writes a row. `key` are the values of the key's columns; `body` is asked for when the batch is written. */
  put(table: JournalTable, key: readonly string[], body: () => string): void {
    this.write({ table, key, body });
  }

  /** Removes a row. */
  remove(table: JournalTable, key: readonly string[]): void {
    this.write({ table, key, body: undefined });
  }

  /** Tells `owner` when all that was written so far is durable, and keeps its last revision. */
  mark(owner: RevisionOwner, revision: number): void {
    this.next.revisions.set(owner, revision);
    this.start();
  }

  /** Resolves when everything written so far is on the disk. Throws when it will never be. */
  durable(): Promise<void> {
    if (this.broken) return Promise.reject(this.broken);
    if (this.next.writes.size > 0 || this.next.revisions.size > 0) return this.next.done.promise;
    return this.flying ?? Promise.resolve();
  }

  /** Rows that wait to be written; callers hold new work back when it grows. */
  get backlog(): number {
    return this.next.writes.size;
  }

  /** Writes what is pending and stops. */
  async close(): Promise<void> {
    await this.durable().catch(() => undefined);
    this.fail(new Error('the journal is closed'), false);
  }

  /** Refuses everything from now on: the session is gone, and the lease with it. */
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
      // What the present turn of the event loop still writes goes into the same batch.
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
    // Made before anything is awaited, so that no later change slips into this batch.
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

/** One statement for writes of the same kind to the same table: an array for each column. */
function statementOf(writes: readonly Write[]): QueryConfig {
  const [first] = writes;
  if (!first) throw new Error('a group of writes is never empty');
  const values: string[][] = first.key.map((_, index) => writes.map((write) => write.key[index] ?? ''));
  if (first.body) values.push(writes.map((write) => write.body?.() ?? 'null'));
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

/** The writes by statement, in pieces that one statement takes. */
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
