import { type FileHandle, open } from 'node:fs/promises';
import { type AuditSink, type ExportedRow, jsonLine } from './audit-sink.js';

/** Appends rows to a file, one JSON object a line. The file is opened for each batch, so that it can be rotated. */
export class JsonLinesFileSink implements AuditSink {
  readonly name = 'json-lines';

  constructor(private readonly path: string) {}

  async send(rows: readonly ExportedRow[]): Promise<void> {
    const file = await open(this.path, 'a+', 0o600);
    try {
      // A process that was killed may have left a part of a line, whose row is sent again.
      const start = (await endsLine(file)) ? '' : '\n';
      await file.appendFile(start + rows.map((row) => `${jsonLine(row)}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

/** Writes rows to standard output, one JSON object a line. */
export class StandardOutputSink implements AuditSink {
  readonly name = 'stdout';

  async send(rows: readonly ExportedRow[]): Promise<void> {
    const text = rows.map((row) => `${jsonLine(row)}\n`).join('');
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }
}

async function endsLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}
