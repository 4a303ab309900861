import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendAuditEntry } from '../../../../access/audit/audit-log.js';
import { startAuditExport } from '../../../../access/audit/export/audit-exporter.js';
import type { AuditSink } from '../../../../access/audit/export/audit-sink.js';
import { JsonLinesFileSink } from '../../../../access/audit/export/json-lines-sink.js';
import { SyslogSink } from '../../../../access/audit/export/syslog-sink.js';
import { WebhookSink, webhookSignature } from '../../../../access/audit/export/webhook-sink.js';
import { newId } from '../../../../kernel/ids.js';
import { createCertificateAuthority, issueCertificate } from '../../../../kubesim/certificates.js';
import { testActor } from '../../../kit/actor.js';
import { createTestDatabase, type TestDatabase } from '../../../kit/database.js';
import { eventually } from '../../../kit/eventually.js';

const SECRET = 'the-key-of-the-webhook-of-these-tests';

interface Line {
  readonly hash: string;
  readonly record: { readonly account: string; readonly sequence: number; readonly requestId: string };
}

describe('the export of the audit log', () => {
  let kit: TestDatabase;
  let folder: string;
  const logged: string[] = [];
  const log = pino(new Writable({ write: (chunk, _, done) => (logged.push(String(chunk)), done()) }));
  beforeAll(async () => {
    kit = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'fleetgraph-export-'));
  });
  afterAll(async () => {
    await kit[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const append = async (account: string, count: number) => {
    for (let index = 0; index < count; index += 1)
      await appendAuditEntry(kit.database.prisma, {
        ...{
          id: newId('auditEvent'),
          account,
          at: new Date(),
          actor: testActor(account, { subject: 'a"n]n\\' }),
        },
        ...{ action: 'createVpc', outcome: 'SUCCEEDED', requestId: `r${index}` },
      });
  };
  const exportTo = (sink: AuditSink) => startAuditExport({ databaseUrl: kit.url, sinks: [sink], log });
  /** Sequences of the rows of an account, each once, in the order in which it was sent first. */
  const sequencesOf = (lines: readonly Line[], account: string) => [
    ...new Set(lines.filter(({ record }) => record.account === account).map(({ record }) => record.sequence)),
  ];
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const linesOf = (body: string) =>
    body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  test(
    'sends a webhook each row, signed, though the receiver is killed and comes back',
    { timeout: 60_000 },
    async () => {
      const received: Line[] = [];
      const bodies: string[] = [];
      const wrong: string[] = [];
      let answers = 0;
      const receive = async (request: IncomingMessage) => {
        const body = await text(request);
        const { 'x-fleetgraph-timestamp': timestamp, 'x-fleetgraph-signature': signature } = request.headers;
        if (signature !== `sha256=${webhookSignature(SECRET, String(timestamp), body)}`) wrong.push(body);
        return body;
      };
      const listen = (port: number): Promise<Server> => {
        const server = createServer((request, response) => {
          void receive(request).then((body) => {
            // Every third answer fails, before or after the rows were taken.
            answers += 1;
            if (answers % 3 === 1)
              return response.writeHead(answers % 2 ? 500 : 302, { location: '/x' }).end();
            bodies.push(body);
            received.push(...linesOf(body));
            return answers % 3 === 2 ? response.destroy() : response.end();
          });
        });
        return once(server.listen(port, '127.0.0.1'), 'listening').then(() => server);
      };
      const first = await listen(0);
      const { port } = first.address() as AddressInfo;
      await append('hooked', 130);
      {
        await using _export = exportTo(
          new WebhookSink({ url: `http://user:hidden@127.0.0.1:${port}/hook`, secret: SECRET }),
        );
        await eventually(() => received.length > 0, { what: 'the first batch' });
        first.closeAllConnections();
        first.close();
        await append('hooked', 40);
        await append('hooked-too', 3);
        const second = await listen(port);
        await eventually(() => sequencesOf(received, 'hooked').length === 170, {
          what: 'all rows',
          timeoutMs: 40_000,
        });
        await eventually(() => sequencesOf(received, 'hooked-too').length === 3, {
          what: 'the other account',
        });
        second.closeAllConnections();
        second.close();
      }
      expect(sequencesOf(received, 'hooked')).toEqual(upTo(170));
      expect(wrong).toEqual([]);
      expect(logged.join()).toContain('the export of the audit log failed');
      expect(logged.join()).not.toMatch(new RegExp(`${SECRET}|hidden`));
      // The receiver can verify the chain with the texts that it has.
      let previous: Uint8Array = Buffer.alloc(0);
      const texts = new Map(
        bodies
          .flatMap((body) => body.trim().split('\n'))
          .filter((line) => line.includes('"account": "hooked"') || line.includes('"account":"hooked",'))
          .map((line) => [(JSON.parse(line) as Line).record.sequence, line]),
      );
      for (const sequence of upTo(170)) {
        const [, hash = '', record = ''] =
          /^\{"hash":"(\w+)","record":(.*)\}$/.exec(texts.get(sequence) ?? '') ?? [];
        const digest = createHash('sha256').update(previous).update(record).digest();
        expect(digest.toString('hex')).toBe(hash);
        previous = digest;
      }
    },
  );

  test('goes on after the last confirmed row when another engine exports', async () => {
    const path = join(folder, 'continued.jsonl');
    await append('continued', 5);
    const read = async () => linesOf(await readFile(path, 'utf8').catch(() => ''));
    const has = (count: number) =>
      eventually(
        async () => (await readFile(path, 'utf8').catch(() => '')).split('"continued"').length > count,
        {
          what: `${count} rows`,
        },
      );
    {
      await using _first = exportTo(new JsonLinesFileSink(path));
      await has(5);
    }
    // Half a line, as of a process that was killed, and a file that was moved away.
    await append('continued', 2);
    await writeFile(path, `${await readFile(path, 'utf8')}{"hash":"12`);
    await using _second = exportTo(new JsonLinesFileSink(path));
    await using _third = exportTo(new JsonLinesFileSink(path));
    await has(7);
    const lines = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .filter((line) => line.endsWith('}'));
    expect(sequencesOf(linesOf(lines.join('\n')), 'continued')).toEqual(upTo(7));
    expect(lines.filter((line) => line.includes('"continued"'))).toHaveLength(7);
    await rename(path, `${path}.1`);
    await append('continued', 1);
    await has(1);
    expect(sequencesOf(await read(), 'continued')).toEqual([8]);
  });

  test(
    'sends syslog messages over TLS, and sends again what a killed server did not read',
    { timeout: 60_000 },
    async () => {
      const authority = await createCertificateAuthority(new Date());
      const { key, cert } = await issueCertificate(
        authority,
        { subject: { name: 'logs' }, use: 'server', hosts: ['127.0.0.1'] },
        new Date(),
      );
      const received: Line[] = [];
      const messages: string[] = [];
      let connections = 0;
      const listen = async (port: number): Promise<TlsServer> => {
        const server = createTlsServer({ key, cert }, (socket) => {
          socket.on('error', () => undefined);
          connections += 1;
          if (connections % 2 === 1) return void socket.destroy();
          void text(socket).then((frames) => {
            for (let rest = Buffer.from(frames); rest.length > 0;) {
              const space = rest.indexOf(' ');
              const end = space + 1 + Number(rest.subarray(0, space).toString());
              const message = rest.subarray(space + 1, end).toString();
              messages.push(message);
              received.push(JSON.parse(message.slice(message.indexOf('\u{feff}') + 1)) as Line);
              rest = rest.subarray(end);
            }
          });
        });
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
        return server;
      };
      const first = await listen(0);
      const { port } = first.address() as AddressInfo;
      await append('logged', 120);
      await using _export = exportTo(new SyslogSink({ host: '127.0.0.1', port, ca: authority.cert }));
      await eventually(() => received.length > 0, { what: 'the first batch', timeoutMs: 20_000 });
      first.close();
      await append('logged', 4);
      const second = await listen(port);
      await eventually(() => sequencesOf(received, 'logged').length === 124, {
        what: 'all rows',
        timeoutMs: 40_000,
      });
      expect(sequencesOf(received, 'logged')).toEqual(upTo(124));
      expect(messages.find((message) => message.includes('account="logged"'))).toMatch(
        /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ fleetgraph \d+ audit \[audit@32473 account="logged" sequence="1" id="auditevent_\w+" principal="a\\"n\\\]n\\\\" action="createVpc" outcome="SUCCEEDED"\] \u{feff}\{/u,
      );
      second.close();
    },
  );

  test('sends nothing to a syslog server whose certificate is not trusted', async () => {
    const authority = await createCertificateAuthority(new Date());
    const { key, cert } = await issueCertificate(
      authority,
      { subject: { name: 'logs' }, use: 'server', hosts: ['127.0.0.1'] },
      new Date(),
    );
    let bytes = 0;
    const server = createTlsServer({ key, cert }, (socket) =>
      socket.on('data', (data) => (bytes += data.length)),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const row = {
      ...{ account: 'acme', sequence: 1n, id: 'auditevent_1', at: new Date(), principal: 'ann' },
      ...{ action: 'createVpc', outcome: 'SUCCEEDED', record: '{}', hash: new Uint8Array(32) },
    };
    await expect(
      new SyslogSink({ host: '127.0.0.1', port }).send([row], new AbortController().signal),
    ).rejects.toThrow();
    expect(bytes).toBe(0);
    server.close();
  });
});
