import type { ContainerChanges, ContainerInstance } from './container-changes.js';

/** The files of a running container as a process of `exec` sees them: it records what the process changes and follows what others change. */
export class ContainerFiles extends Map<string, string> implements Disposable {
  private readonly unsubscribe: () => void;

  constructor(
    files: ReadonlyMap<string, string>,
    private readonly instance: ContainerInstance,
    private readonly parts: { readonly changes: ContainerChanges; now(): number },
  ) {
    super();
    for (const [path, text] of files) super.set(path, text);
    const key = keyOf(instance);
    this.unsubscribe = parts.changes.onChange((changed, change) => {
      if (change.type !== 'file' || keyOf(changed) !== key) return;
      if (change.text === undefined) super.delete(change.path);
      else super.set(change.path, change.text);
    });
  }

  override set(path: string, text: string): this {
    this.record(path, text);
    return this;
  }

  override delete(path: string): boolean {
    return this.has(path) && this.record(path, undefined);
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }

  private record(path: string, text: string | undefined): boolean {
    const { changes, now } = this.parts;
    return changes.add(this.instance, { type: 'file', path, text, at: now() });
  }
}

function keyOf({ podUid, name, restartCount }: ContainerInstance): string {
  return `${podUid}/${name}/${restartCount}`;
}
