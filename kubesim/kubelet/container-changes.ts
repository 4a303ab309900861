import type { ShellState } from './shell/run.js';

/** What a client changes in a running container: a file, removed without a text, or the standard input, ended without data. */
export type Change =
  | { readonly type: 'file'; readonly path: string; readonly text: string | undefined }
  | { readonly type: 'input'; readonly data: Buffer | undefined };

/** A change of a file. */
export type ReplayedFile = Extract<Change, { readonly type: 'file' }>;

/** A change and when it happened, in milliseconds since the epoch. */
export type TimedChange = Change & { readonly at: number };

/** An instance of a container: a restarted container is another one. */
export interface ContainerInstance {
  readonly podUid: string;
  readonly name: string;
  readonly restartCount: number;
}

/** Most changes of a container, and most bytes of its input, that are kept. */
const MAX_CHANGES = 1_000;
const MAX_INPUT = 1024 * 1024;

/**
 * What clients have changed in running containers by exec and attach. The run of a container follows from its program and these
 * changes. They are lost when kubesim ends.
 */
export class ContainerChanges {
  /** By pod, then by container and restart. */
  private readonly pods = new Map<string, Map<string, readonly TimedChange[]>>();
  private readonly listeners = new Set<(instance: ContainerInstance, change: TimedChange) => void>();

  of({ podUid, name, restartCount }: ContainerInstance): readonly TimedChange[] {
    return this.pods.get(podUid)?.get(`${name}/${restartCount}`) ?? [];
  }

  /** Records a change; returns false if the container has too many. */
  add(instance: ContainerInstance, change: TimedChange): boolean {
    const { podUid, name, restartCount } = instance;
    const ofPod = this.pods.get(podUid) ?? new Map<string, readonly TimedChange[]>();
    this.pods.set(podUid, ofPod);
    const key = `${name}/${restartCount}`;
    const before = ofPod.get(key) ?? [];
    const changes = change.type === 'file' ? withoutEarlier(before, change.path) : before;
    const inputs = changes.reduce(
      (sum, each) => sum + (each.type === 'input' ? (each.data?.length ?? 0) : 0),
      0,
    );
    if (changes.length >= MAX_CHANGES || inputs > MAX_INPUT) return false;
    ofPod.set(key, [...changes, change]);
    for (const listener of [...this.listeners]) listener(instance, change);
    return true;
  }

  /** Records the files that a container finds in its volumes at its start, which replaces what was recorded of an attempt before. */
  begin({ podUid, name, restartCount }: ContainerInstance, found: readonly TimedChange[]): void {
    if (found.length === 0) return;
    const ofPod = this.pods.get(podUid) ?? new Map<string, readonly TimedChange[]>();
    this.pods.set(podUid, ofPod.set(`${name}/${restartCount}`, found));
  }

  /** Calls `listener` after each change; returns a function that ends that. */
  onChange(listener: (instance: ContainerInstance, change: TimedChange) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Forgets the containers of a pod that is gone. */
  forget(podUid: string): void {
    this.pods.delete(podUid);
  }
}

/** Only the last text of a file is kept when a file changes often. */
function withoutEarlier(changes: readonly TimedChange[], path: string): readonly TimedChange[] {
  return changes.length < MAX_CHANGES / 2
    ? changes
    : changes.filter((change) => change.type !== 'file' || change.path !== path);
}

/** Applies a change to the state of a container. */
export function applyChange({ files, input }: ShellState, change: Change): void {
  if (change.type === 'input') {
    if (change.data) input.push(change.data);
    else input.end();
  } else if (change.text === undefined) files.delete(change.path);
  else files.set(change.path, change.text);
}
