import type pg from 'pg';
import type { Log } from '../../kernel/log.js';

/** Milliseconds without a successful read after which kept rights are no longer trusted. */
const TIMEOUT = 10_000;

export interface AccessVersionsOptions {
  /** Milliseconds between two reads. */
  readonly interval: number;
  readonly log: Log;
  /** Whether anything depends on the versions now; otherwise nothing is read. */
  readonly isNeeded: () => boolean;
  /** Called with the accounts whose permissions have changed, and their versions. */
  readonly changed: (versions: ReadonlyMap<string, bigint>) => void;
  /** Called while the versions cannot be read: any account may have changed. */
  readonly lost: () => void;
}

interface ChangeRow {
  /** The oldest transaction that ran when the statement started: all older ones were visible to it. */
  readonly position: string;
  readonly changed: Readonly<Record<string, string>> | null;
}

const READ_POSITION = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position`;

/** Asks by the transactions that changed versions, since their commits have another order than their numbers. */
const READ_CHANGES = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position,
  (SELECT json_object_agg(account, version::text) FROM access.access_version WHERE changed_in >= $1) AS changed`;

/**
 * Finds the accounts whose permissions other processes change: one indexed read for all accounts, twice a second. Polled
 * instead of notified, so that processes that get their notifications from NATS need no LISTEN connection.
 */
export class AccessVersions implements Disposable {
  private position: bigint | undefined;
  private readonly reported = new Map<string, bigint>();
  private readonly timer: NodeJS.Timeout;
  private readAt = Date.now();
  private isReading = false;

  constructor(
    private readonly pool: pg.Pool,
    private readonly options: AccessVersionsOptions,
  ) {
    this.timer = setInterval(() => void this.poll(), options.interval);
    this.timer.unref();
  }

  /** Reports changes since a position that was read together with permissions, unless it started earlier. */
  startFrom(position: bigint): void {
    this.position ??= position;
  }

  /** Reports changes from now on, also if no permissions are ever read. */
  async start(): Promise<void> {
    const { rows } = await this.pool.query<Pick<ChangeRow, 'position'>>(READ_POSITION);
    this.startFrom(BigInt(rows[0]!.position));
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private async poll(): Promise<void> {
    if (this.position === undefined || !this.options.isNeeded()) {
      this.readAt = Date.now();
      return;
    }
    if (Date.now() - this.readAt > TIMEOUT) this.options.lost();
    if (this.isReading) return;
    this.isReading = true;
    try {
      await this.read(this.position);
    } catch (err) {
      this.options.log.warn({ err }, 'changes of permissions cannot be read');
    } finally {
      this.isReading = false;
    }
  }

  private async read(since: bigint): Promise<void> {
    const { rows } = await this.pool.query<ChangeRow>(READ_CHANGES, [since]);
    const { position, changed } = rows[0]!;
    this.position = BigInt(position);
    this.readAt = Date.now();
    const versions = new Map(
      Object.entries(changed ?? {}).map(([account, version]) => [account, BigInt(version)]),
    );
    const unreported = new Map(
      [...versions].filter(([account, version]) => this.reported.get(account) !== version),
    );
    // Rows that the next read can find again are those that this one has found.
    this.reported.clear();
    for (const [account, version] of versions) this.reported.set(account, version);
    if (unreported.size > 0) this.options.changed(unreported);
  }
}
