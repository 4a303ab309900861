import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks per second in /proc; 100 on every Linux that Node.js runs on. */
const TICKS = 100;

/** Memory and CPU of a process with its children, as Linux reports them. */
export interface ProcReading {
  /** Bytes; memory that the processes share is counted once. */
  readonly memory: number;
  /** CPU seconds so far, of children that have ended too. */
  readonly cpu: number;
}

/** Reads /proc for a process and its children (one level, as PostgreSQL's are). Undefined where there is no /proc. */
export async function readProcess(pid: number): Promise<ProcReading | undefined> {
  const own = await readStat(pid);
  if (!own) return undefined;
  const pids = [pid, ...(await childrenOf(pid))];
  const stats = await Promise.all(pids.map(readStat));
  const memory = await Promise.all(pids.map(proportionalSet));
  const ticks = stats.reduce((sum, stat) => sum + (stat?.own ?? 0), own.ended);
  return { memory: memory.reduce((sum, bytes) => sum + bytes, 0), cpu: ticks / TICKS };
}

/** Reads /proc for a process without its children. Undefined where there is no /proc. */
export async function readProcessAlone(pid: number): Promise<ProcReading | undefined> {
  const stat = await readStat(pid);
  return stat && { memory: await proportionalSet(pid), cpu: stat.own / TICKS };
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => readText(`/proc/${pid}/task/${thread}/children`)));
  return lists.flatMap((list) => (list ?? '').split(' ').filter(Boolean).map(Number));
}

async function readStat(pid: number): Promise<{ own: number; ended: number } | undefined> {
  const text = await readText(`/proc/${pid}/stat`);
  // The second field, the name in parentheses, may contain spaces: count fields after it.
  const fields = text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (!fields) return undefined;
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { own: user + system, ended: endedUser + endedSystem };
}

/** Proportional set size in bytes: each shared page counts divided by the number of processes that share it. */
async function proportionalSet(pid: number): Promise<number> {
  const text = await readText(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB/m.exec(text ?? '')?.[1] ?? 0) * 1024;
}

function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
