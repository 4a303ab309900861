import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { type AuditSink, type ExportedRow, jsonLine } from './audit-sink.js';
import { SinkError } from './sink-error.js';

const TIMEOUT_MS = 10_000;

export interface WebhookOptions {
  readonly url: string;
  /** Key of the signatures. */
  readonly secret: string;
}

/**
 * Posts rows to a URL as JSON lines. `X-Fleetgraph-Signature` is `sha256=` and the HMAC-SHA256 of `X-Fleetgraph-Timestamp` (seconds
 * since 1970), a full stop and the body. A status 2xx confirms; redirects are not followed.
 */
export class WebhookSink implements AuditSink {
  readonly name = 'webhook';

  constructor(private readonly options: WebhookOptions) {}

  async send(rows: readonly ExportedRow[], signal: AbortSignal): Promise<void> {
    const { url, secret } = this.options;
    const body = rows.map((row) => `${jsonLine(row)}\n`).join('');
    const timestamp = Math.floor(Date.now() / 1000).toString();
    const { statusCode, body: answer } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        'user-agent': 'fleetgraph/audit-export',
        'x-fleetgraph-timestamp': timestamp,
        'x-fleetgraph-signature': `sha256=${webhookSignature(secret, timestamp, body)}`,
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await answer.dump({ limit: 64 * 1024 });
    if (statusCode < 200 || statusCode > 299) throw new SinkError(`HTTP ${statusCode}`);
  }
}

/** The signature of a body, in hexadecimal. */
export function webhookSignature(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}
