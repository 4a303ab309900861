import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import type { Log } from '../../kernel/log.js';
import type { ControlPlanePrograms } from './programs.js';
import { SupervisedProcess } from './supervised-process.js';

/** Milliseconds until a started etcd must be healthy. */
const START_TIMEOUT_MS = 30_000;
/** Milliseconds that etcd may take for a response. */
const TIMEOUT_MS = 30_000;
/** Prefix of the keys of all control planes. */
const CLUSTERS = '/clusters/';

/** The etcd of all control planes; each has a prefix of its own. */
export interface Etcd extends AsyncDisposable {
  readonly url: string;
  readonly pid: number | undefined;
  /** Ids of the clusters that have keys. */
  clusters(): Promise<string[]>;
  /** Deletes the keys of a cluster. */
  erase(clusterId: string): Promise<void>;
}

/** Prefix of the keys of one control plane. */
export function prefixOf(clusterId: string): string {
  return `${CLUSTERS}${clusterId}`;
}

export interface EtcdOptions {
  /** Folder of its data. */
  readonly folder: string;
  /** False only for temporary data: writes are not flushed. Default true. */
  readonly durable?: boolean;
}

export async function startEtcd(
  programs: Pick<ControlPlanePrograms, 'etcd'>,
  { folder, durable = true }: EtcdOptions,
  log: Log,
): Promise<Etcd> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // It keeps its ports over a restart.
  const client = await freePort(2);
  const url = `http://127.0.0.1:${client}`;
  const peer = `http://127.0.0.1:${client + 1}`;
  const process = await SupervisedProcess.start(
    {
      name: 'etcd',
      path: programs.etcd,
      args: [
        '--name=kubesim',
        `--data-dir=${join(folder, 'data')}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=kubesim=${peer}`,
        '--log-level=error',
        ...(durable ? [] : ['--unsafe-no-fsync']),
      ],
      pidFile: join(folder, 'etcd.pid'),
    },
    log,
  );
  const healthy = () => process.untilHealthy(() => isHealthy(url), { timeoutMs: START_TIMEOUT_MS });
  try {
    await healthy();
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url,
    get pid() {
      return process.pid;
    },
    // It may just be started again after its end.
    clusters: () => healthy().then(() => clustersOf(url)),
    async erase(id) {
      await healthy();
      await call(url, 'deleterange', rangeOf(`${prefixOf(id)}/`));
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

async function isHealthy(url: string): Promise<boolean> {
  return send(`${url}/health`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Reads one key of each cluster: the next range starts behind all keys of the last one. */
async function clustersOf(url: string): Promise<string[]> {
  const ids: string[] = [];
  const range = rangeOf(CLUSTERS);
  for (let { key } = range; ;) {
    const { kvs = [] } = await call(url, 'range', { ...range, key, limit: 1, keys_only: true });
    const [first] = kvs;
    if (!first) return ids;
    const [id = ''] = Buffer.from(first.key, 'base64').toString().slice(CLUSTERS.length).split('/');
    ids.push(id);
    key = rangeOf(`${prefixOf(id)}/`).range_end;
  }
}

interface Range {
  /** Base64, like `range_end`. */
  readonly key: string;
  /** The first key that does not belong to the range. */
  readonly range_end: string;
}

/** The keys with a prefix that ends with `/`. */
function rangeOf(prefix: string): Range {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  // '0' follows '/'.
  return { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) };
}

/** Calls etcd's JSON gateway. Throws unless the response is 200. */
async function call(
  url: string,
  method: 'range' | 'deleterange',
  body: Range & { readonly limit?: number; readonly keys_only?: boolean },
): Promise<{ readonly kvs?: readonly { readonly key: string }[] }> {
  const { status, received } = await send(`${url}/v3/kv/${method}`, JSON.stringify(body));
  if (status !== 200) throw new Error(`etcd returned ${status} for ${method}`);
  return JSON.parse(received) as { kvs?: { key: string }[] };
}

/** Not with `fetch`, which loads a client of its own of 10 MB. */
async function send(url: string, body?: string): Promise<{ status: number | undefined; received: string }> {
  const method = body === undefined ? 'GET' : 'POST';
  const call = request(url, { method, signal: AbortSignal.timeout(TIMEOUT_MS) }).end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode, received: await text(response) };
}
