/** A row of the audit log as sinks get it. */
export interface ExportedRow {
  readonly account: string;
  readonly sequence: bigint;
  readonly id: string;
  readonly at: Date;
  readonly principal: string;
  readonly action: string;
  readonly outcome: string;
  /** The row as JSON: the text that is hashed. */
  readonly record: string;
  readonly hash: Uint8Array;
}

/** Where rows of the audit log are exported to. */
export interface AuditSink {
  /** The name under which the cursors of the sink are stored. */
  readonly name: string;
  /** Resolves when the sink has confirmed all of the rows, which are of one account and in order. */
  send(rows: readonly ExportedRow[], signal: AbortSignal): Promise<void>;
}

/** A row as one line of JSON; `record` is the text whose hash is part of the chain, byte by byte. */
export function jsonLine({ hash, record }: ExportedRow): string {
  return `{"hash":"${Buffer.from(hash).toString('hex')}","record":${record}}`;
}
