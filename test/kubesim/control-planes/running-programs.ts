import { hash } from 'node:crypto';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A program of a control plane that runs. */
export interface RunningProgram {
  /** Such as `kube-apiserver`. */
  readonly name: string;
  readonly pid: number;
  /** Folder of its program, one for each version. */
  readonly programs: string;
  readonly args: readonly string[];
}

/** The programs that run with files below the folder, by name, whether or not a file has their process id. */
export function programsIn(folder: string): RunningProgram[] {
  const found = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const [path = '', ...args] = commandOf(pid).split('\0');
      const isOurs = args.some((arg) => arg.startsWith('--') && arg.includes(`=${folder}/`));
      return isOurs ? [{ name: basename(path), pid: Number(pid), programs: dirname(path), args }] : [];
    });
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // Ended meanwhile.
    return '';
  }
}

/** Ids of the clusters that have keys in the etcd whose files are below the folder. */
export async function clustersInEtcd(folder: string): Promise<string[]> {
  const etcd = programsIn(folder).find(({ name }) => name === 'etcd');
  const url = etcd?.args.find((arg) => arg.startsWith('--listen-client-urls='))?.split('=')[1];
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const range = { key: base64('/clusters/'), range_end: base64('/clusters0'), keys_only: true };
  const response = await fetch(`${url}/v3/kv/range`, { method: 'POST', body: JSON.stringify(range) });
  const { kvs = [] } = (await response.json()) as { kvs?: { key: string }[] };
  return [...new Set(kvs.map(({ key }) => Buffer.from(key, 'base64').toString().split('/')[2] ?? ''))];
}

/** Digests of the keys and certificates of the clusters below the folder, by path. */
export function certificatesIn(folder: string): Record<string, string> {
  const files = globSync(join(folder, '**/pki/*'));
  return Object.fromEntries(files.map((file) => [file, hash('sha256', readFileSync(file))]));
}
