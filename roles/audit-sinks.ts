import { readFile } from 'node:fs/promises';
import type { AuditSink } from '../access/audit/export/audit-sink.js';
import { JsonLinesFileSink, StandardOutputSink } from '../access/audit/export/json-lines-sink.js';
import { SyslogSink } from '../access/audit/export/syslog-sink.js';
import { WebhookSink } from '../access/audit/export/webhook-sink.js';
import type { Env } from '../kernel/env.js';
import { required } from './settings.js';

/**
 * The sinks of the settings AUDIT_…. The operator configures them, not an account: an account could make the platform call addresses
 * of the operator's network.
 */
export async function auditSinks(env: Env): Promise<readonly AuditSink[]> {
  const sinks: AuditSink[] = [];
  const { AUDIT_WEBHOOK_URL: url, AUDIT_SYSLOG: server, AUDIT_JSON_LINES: path } = env;
  if (url !== undefined) sinks.push(new WebhookSink({ url, secret: required(env, 'AUDIT_WEBHOOK_SECRET') }));
  if (server !== undefined) {
    const { hostname, port } = new URL(`tls://${server}`);
    const ca = env.AUDIT_SYSLOG_CA === undefined ? undefined : await readFile(env.AUDIT_SYSLOG_CA, 'utf8');
    sinks.push(new SyslogSink({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6514), ca }));
  }
  if (path !== undefined)
    sinks.push(path === 'stdout' ? new StandardOutputSink() : new JsonLinesFileSink(path));
  return sinks;
}
